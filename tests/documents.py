"""Reads what the documents say, so that tests hold it against the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))


def page(name: str) -> str:
    """A page of docs/, or a document of the checkout's top."""
    path = ROOT / "docs" / name
    return (path if path.exists() else ROOT / name).read_text("utf-8")


def section(name: str, heading: str) -> str:
    """The text below a heading of a page, up to the next heading of its rank or a higher one."""
    text = page(name)
    found = re.search(rf"^(#+) {re.escape(heading)}\n", text, re.MULTILINE)
    if not found:
        raise AssertionError(f"{name} has no heading '{heading}'")
    after = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", after, re.MULTILINE)
    return after[: end.start()] if end else after


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without their indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]
