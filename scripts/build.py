"""Build wheel and sdist, the same bytes whoever does it: `python scripts/build.py [FOLDER]`.

The times in the archives are that of the last commit (SOURCE_DATE_EPOCH), so that a checkout of
a tag gives what was released from it. Needs `build`, of the group `release`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(folder: Path) -> list[Path]:
    """The two archives, in a folder that had none."""
    when = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    # Away from git, as in an unpacked sdist, whoever builds may say the time.
    variables = {"SOURCE_DATE_EPOCH": when} if when else {}
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
        env={**os.environ, **variables},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return sorted(folder.glob("tap_loopreturns-*"))


def main() -> None:
    """Build, and print what came of it with its digest."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist")
    folder.mkdir(parents=True, exist_ok=True)
    if list(folder.glob("tap_loopreturns-*")):
        sys.exit(f"{folder} holds a build already; remove it first")
    for path in build(folder):
        print(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}")


if __name__ == "__main__":
    main()
