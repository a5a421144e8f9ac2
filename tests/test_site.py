"""The site of docs/: builds strictly and without network, and what it says of messages is so."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from loop_returns import errors
from tests.documents import PAGES, ROOT, page, section

PACKAGES = ("loop_returns", "loopreturns_plugin", "tap_loopreturns", "target_loopreturns")
REPOSITORY = re.search(r'^Repository = "([^"]+)"', page("pyproject.toml"), re.MULTILINE)


class LinkFinder(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in {"href", "src"} and value and tag != "link":
                self.links.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning, such as of a page outside of the navigation, is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"no_proxy": "", "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_no_link_of_the_site_is_broken(site: Path) -> None:
    """Pages, anchors and pictures are there; what lies outside of docs/ is in the checkout."""
    found = {path: LinkFinder(path.read_text("utf-8")) for path in sorted(site.glob("*.html"))}
    assert {path.stem for path in found} >= {path.stem for path in PAGES}
    assert REPOSITORY
    checked = 0
    for path, seen in found.items():
        for link in seen.links:
            parts = urlsplit(link)
            if link.startswith(REPOSITORY[1]):
                inside = re.split("[#?]", link.removeprefix(REPOSITORY[1]))[0].split("/main/", 1)
                assert len(inside) == 1 or (ROOT / unquote(inside[1])).exists(), (path.name, link)
            elif not parts.scheme and not parts.netloc:
                there = (path.parent / unquote(parts.path)) if parts.path else path
                assert there.exists(), (path.name, link)
                if parts.fragment and there in found:
                    assert parts.fragment in found[there].anchors, (path.name, link)
            checked += 1
    assert checked > 500


def test_a_reader_of_the_site_is_not_made_to_ask_third_parties(site: Path) -> None:
    """No script, style, font or picture comes from elsewhere."""
    for path in site.glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.findall(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//[^"]+', text), path
        assert not re.findall(r'<link[^>]+stylesheet[^>]+href="(?:https?:)?//', text), path


def test_every_page_is_in_the_navigation() -> None:
    """And the navigation names no page that is not there."""
    named = re.findall(r"```{toctree}\n(.*?)```", page("index.md"), re.DOTALL)
    inside = {line for part in named for line in part.split("\n") if line and line[0] != ":"}
    assert inside == {path.stem for path in PAGES} - {"index"}


def texts() -> Iterator[str]:
    """Every text of the code, `…` for what is put into it."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            for node in (one for one in ast.walk(tree) if id(one) not in docs):
                if isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
                    yield "".join(map(str, parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_message_of_the_troubleshooting_is_one_of_the_code() -> None:
    """Word for word; `…` stands for what differs."""
    table = page("troubleshooting.md")
    lines = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    said = "\n".join(texts())
    missing = [
        message
        for line in lines
        for message in re.findall(r"`([^`]+)`", line)
        if not all(part.strip() in said for part in message.split("…"))
    ]
    assert len(lines) > 20
    assert missing == []


def test_every_exit_code_says_what_to_do_and_lists_its_lines() -> None:
    """Each kind of error; a line that is new in the code is in the page, or a test fails."""
    headed = set(map(int, re.findall(r"^## Exit code (\d+)$", page("messages.md"), re.MULTILINE)))
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.LoopReturnsError)}
    assert headed == codes | {2}
    for code in headed:
        said = section("messages.md", f"Exit code {code}")
        assert len(re.findall(r"^\| `.{8,}` \| [a-z, ]+ \|$", said, re.MULTILINE)) >= 1, code
        assert len(said.partition("|")[0].split()) > 8, code
