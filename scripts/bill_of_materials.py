"""What an installed release is made of, as CycloneDX and as docs/licences.md.

`python scripts/bill_of_materials.py PYTHON FILE` writes the bill of an environment: PYTHON is its
interpreter, FILE what to write. With --page, docs/licences.md is made of it, too. What makes the
bill, the group `sbom`, is installed for it and thrown away.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OWN = "tap-loopreturns"
_A_NAME = 60  # characters; longer is the text of a licence
TOOLS = {OWN, "pip", "setuptools", "wheel"}
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences

`tap-loopreturns` is under Apache-2.0. This is everything that it brings with all extras, made by
`python scripts/bill_of_materials.py`. The bill of materials of a release (`sbom.cdx.json`) has the
same.

| package | version | licence |
| --- | --- | --- |
"""


def bill(python: str, file: Path) -> dict[str, Any]:
    """Write the bill of an environment, the same for the same environment."""
    project = str(ROOT / "pyproject.toml")
    with TemporaryDirectory() as place:
        venv.create(place, with_pip=True)
        own = f"{place}/bin/python"
        pip = (sys.executable, "-m", "pip", "--python", own, "install", "--quiet")
        constraints = ("--constraint", str(ROOT / "constraints.txt"))
        words = ("--output-reproducible", "--output-format", "JSON", "--output-file", str(file))
        for command in (
            (*pip, *constraints, "--group", f"{project}:sbom"),
            (own, "-m", "cyclonedx_py", "environment", python, *words, "--pyproject", project),
        ):
            subprocess.run(command, check=True)
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def licences(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, version and licence of each package, by name."""
    return sorted(
        (one["name"].lower(), one["version"], _licence(one))
        for one in found["components"]
        if one["name"].lower() not in TOOLS
    )


def _licence(component: dict[str, Any]) -> str:
    names = []
    for one in component.get("licenses", ()):
        said = one.get("license", {})
        name = one.get("expression") or said.get("id") or said.get("name", "")
        if name and len(name) < _A_NAME and "\n" not in name:
            names.append(name.removeprefix("License :: OSI Approved :: "))
    return ", ".join(sorted(set(names))) or "not said"


def main() -> None:
    """Write the bill, and the page."""
    python, file = sys.argv[1:3]
    found = bill(python, Path(file))
    if "--page" in sys.argv:
        rows = [f"| {name} | {version} | {said} |" for name, version, said in licences(found)]
        PAGE.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
