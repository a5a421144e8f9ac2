"""Draw the mermaid pictures of docs/: `python scripts/pictures.py`, where one has changed.

A browser that reads the site asks no third party for a drawing program, so the drawings are kept,
each named by a digest of its text. Needs Node's npx (mermaid-cli) and Chromium; the site does not.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

DOCS = Path(__file__).resolve().parent.parent / "docs"
PROGRAM = "@mermaid-js/mermaid-cli@11"


def drawn(text: str) -> str:
    """Where the drawing of a text is, below docs/."""
    return f"pictures/{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}.svg"


def texts() -> list[str]:
    """All pictures that the pages have."""
    pages = (path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")))
    return [text for page in pages for text in re.findall(r"(?ms)^```mermaid\n(.*?)^```", page)]


def draw(text: str, browser: str) -> None:
    """Draw one."""
    with TemporaryDirectory() as place:
        (Path(place) / "puppeteer.json").write_text(
            json.dumps({"executablePath": browser, "args": ["--no-sandbox"]}), "utf-8"
        )
        (Path(place) / "picture.mmd").write_text(text, "utf-8")
        (DOCS / "pictures").mkdir(exist_ok=True)
        subprocess.run(
            [
                *("npx", "--yes", PROGRAM, "--input", f"{place}/picture.mmd"),
                *("--output", str(DOCS / drawn(text)), "--theme", "neutral"),
                *("--puppeteerConfigFile", f"{place}/puppeteer.json"),
            ],
            env=os.environ | {"PUPPETEER_SKIP_DOWNLOAD": "1"},
            check=True,
        )


def main() -> None:
    """Draw what is new, and remove what no page has any more."""
    browser = sys.argv[1] if len(sys.argv) > 1 else "/usr/bin/chromium"
    wanted = {drawn(text): text for text in texts()}
    for name, text in wanted.items():
        if not (DOCS / name).exists():
            draw(text, browser)
    for path in (DOCS / "pictures").glob("*.svg"):
        if f"pictures/{path.name}" not in wanted:
            path.unlink()


if __name__ == "__main__":
    main()
