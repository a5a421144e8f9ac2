"""Single requests whose answers are looked at as they came, and what is found by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from loop_returns import times
from loop_returns.errors import LoopReturnsError
from loop_returns.http import envelopes
from loop_returns.http.client import Client

Row = Mapping[str, Any]
MOST = 40
"""Requests of one page of questions; it takes fewer."""


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question, and which way it falls in this account, without personal data."""

    name: str
    """In a few letters, the same in every account."""
    question: str
    answer: str
    seen: str = ""
    """What the answer rests on."""


@dataclass(frozen=True, slots=True)
class Look:
    """An answer as it came: parsed, or None where it is not JSON."""

    status: int
    headers: Mapping[str, str]
    document: Any

    def rows(self, name: str) -> list[Row]:
        """The rows under a name, or in a bare list; none where the answer has no such list."""
        found = self.document
        if isinstance(found, Mapping):
            found = found.get(name)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    @property
    def next_link(self) -> str | None:
        """The link to the next page."""
        if not isinstance(self.document, Mapping):
            return None
        link = self.document.get("nextPageUrl") or self.document.get("next_page_url")
        return link if isinstance(link, str) else None


@dataclass(slots=True)
class Asker:
    """Asks for one thing after another, and remembers the headers about the budget."""

    client: Client
    looks: list[Look] = field(default_factory=list)

    def ask(self, path: str, **params: str | int) -> Look:
        """One request.

        Raises:
            LoopUnavailable: it has no answer.
            RuntimeError: they are too many; a fault of this program.
        """
        if len(self.looks) >= MOST:
            raise RuntimeError(f"more than {MOST} requests")
        # `from` is a word of Python's, so parameters may have an underscore behind them.
        named = {name.rstrip("_"): value for name, value in params.items()}
        status, headers, body = self.client.look(path, named)
        document = envelopes.parse(body, path) if envelopes.is_sound(body) else None
        self.looks.append(Look(status, headers, document))
        return self.looks[-1]


def answered(name: str, question: str, find: Callable[[], tuple[str, str]]) -> AnsweredQuestion:
    """What `find` finds, its answer and what that rests on; an error is an answer, too."""
    try:
        answer, seen = find()
    except LoopReturnsError as error:
        answer, seen = "not answered", f"{type(error).__name__}"
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        answer, seen = "another shape than is known", type(error).__name__
    return AnsweredQuestion(name, question, answer, seen)


def second(row: Row, name: str) -> int:
    """The second of a time in a row.

    Raises:
        ValueError: it has none; TypeError, KeyError likewise.
    """
    return times.second(row[name])


def kinds(values: Iterable[Any]) -> str:
    """What kinds of values there are and how many of each; none of the values is shown."""
    count: dict[str, int] = {}
    for value in values:
        kind = _kind(value)
        count[kind] = count.get(kind, 0) + 1
    return ", ".join(f"{kind} {number}" for kind, number in sorted(count.items())) or "never there"


def places(rows: Iterable[Row], path: str) -> Iterator[Any]:
    """The values at a path such as `line_items[].price`, where there are any."""
    for row in rows:
        yield from _at(row, path.split("."))


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield value
        return
    first, rest = path[0], path[1:]
    name = first.removesuffix("[]")
    if name == "*" and isinstance(value, Mapping):
        for one in value.values():
            yield from _at(one, rest)
    elif isinstance(value, Mapping) and name in value:
        found = value[name]
        for one in found if first.endswith("[]") and isinstance(found, list) else [found]:
            yield from _at(one, rest)


def _kind(value: Any) -> str:
    if not isinstance(value, str):
        return envelopes.shape(value).split(" with ")[0].split(" of ")[0]
    if value in {"", "N/A"}:
        return "empty text" if not value else "N/A"
    if value.startswith("gid://"):
        return "global id"
    if value.isdecimal():
        return "text of digits"
    for kind, mark in (("time with a fraction", "."), ("time", "")):
        if mark in value and _is_time(value):
            return kind
    return "negative amount" if value[0] == "-" and value[1:2].isdigit() else "text"


def _is_time(text: str) -> bool:
    try:
        times.second(text)
    except (ValueError, TypeError):
        return False
    return len(text) > 9  # noqa: PLR2004  a date, not a number
