"""The site of these pages: `python scripts/docs.py` builds it, without network."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REPOSITORY = PROJECT["urls"]["Repository"]

project = PROJECT["name"]
release = version = PROJECT["version"]
author = project_copyright = "its maintainers, Apache-2.0"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
html_theme = "furo"
html_title = PROJECT["name"]
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
}
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
exclude_patterns = ["_build"]
nitpicky = True

_OUTSIDE = re.compile(r"\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


class Mermaid(Directive):
    """A picture in mermaid's language: on the site, the SVG that was drawn of it."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Find the picture by the text that it was drawn of."""
        from pictures import drawn  # noqa: PLC0415  beside the scripts

        name = drawn("\n".join(self.content))
        if not (ROOT / "docs" / name).exists():
            raise self.error("This picture is not drawn yet: python scripts/pictures.py")
        return [nodes.image(uri=name, alt="A picture of what the text says")]


def _link_outside(_app: Any, _name: str, source: list[str]) -> None:
    """What lies outside of docs/ is at the repository's address."""

    def address(found: re.Match[str]) -> str:
        path = found[1].removeprefix("../")
        if not (ROOT / path).exists():
            raise FileNotFoundError(path)
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"]({REPOSITORY}/{kind}/main/{path}{found[2] or ''})"

    source[0] = _OUTSIDE.sub(address, source[0])


def setup(app: Any) -> None:
    """Add what is ours."""
    app.connect("source-read", _link_outside)
    app.add_directive("mermaid", Mermaid)
