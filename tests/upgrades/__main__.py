"""Hold this code against the last release: `python -m tests.upgrades`.

With --write, when a release is made, keep what it promises and writes for the next one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.upgrades.changes import breaking, undeclared
from tests.upgrades.surface import PROJECT, ROOT, surface
from tests.upgrades.written import write

RELEASED = Path(__file__).parent / "released"


def keep(folder: Path, version: str) -> None:
    """Write the files and the surface of this code."""
    write(folder)
    kept = {"version": version, **surface(folder)}
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    (folder / "surface.json").write_text(text, "utf-8")


def main() -> None:
    """Check, or write."""
    if "--write" in sys.argv:
        keep(RELEASED, PROJECT["version"])
        return
    before = json.loads((RELEASED / "surface.json").read_text("utf-8"))
    version = before.pop("version")
    found = breaking(before, surface_now())
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    silent = undeclared(found, changelog)
    for one in found:
        told = "NOT DECLARED" if one in silent else "declared"
        print(f"{told}: {one}")
    print(f"{len(found)} breaking changes since {version}, {len(silent)} not declared.")
    if silent:
        print(
            'Each needs a line below "### Breaking" of the newest entry of CHANGELOG.md: '
            "- `its name as above`, and why. Migration: what a user is to do."
        )
    sys.exit(bool(silent))


def surface_now() -> dict[str, dict[str, object]]:
    """The surface of this code, with files that it has just written."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory() as place:
        write(Path(place))
        return surface(Path(place))


if __name__ == "__main__":
    main()
