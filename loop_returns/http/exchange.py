"""What an exchange with Loop is made of: the account, what is uploaded, what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from loop_returns.http import envelopes, packing
from loop_returns.http.packing import Body, PackedList


@dataclass(frozen=True, slots=True)
class Account:
    """Where an account is, and how patient to be with it (times in seconds)."""

    url: str
    version: str
    key: str
    patience: float = 600.0
    timeout: float = 90.0
    """For an answer to begin and go on; the proxy before Loop gives up after about 100 s (524)."""
    largest_answer: int = 512 * 1024 * 1024

    def __repr__(self) -> str:
        return f"Account({self.url}, {self.version})"


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is sent as a file, in a form (multipart/form-data)."""

    name: str
    content: bytes


class Answer:
    """A healthy answer to a reading: sound JSON, parsed when it is asked for."""

    __slots__ = ("body", "where")

    def __init__(self, body: Body, where: str) -> None:
        self.body = body
        self.where = where

    def json(self) -> Any:
        """The parsed body (see `envelopes.parse`)."""
        return envelopes.parse(packing.whole(self.body), self.where)

    def documents(self, rows: str) -> Iterator[Any]:
        """The parsed body; of a long list, first without its rows, then some rows at a time.

        Args:
            rows: The name that the list has in its envelope; it may stand alone, too.
        """
        body = self.body
        if not isinstance(body, PackedList) or body.under not in {None, rows}:
            yield self.json()
            return
        yield envelopes.parse(body.around, self.where)
        for text in body:
            part = envelopes.parse(text, self.where)
            yield part if body.under is None else {body.under: part}


@dataclass(frozen=True, slots=True)
class Reply:
    """Loop's word on a change: made, or refused, whatever the status."""

    status: int
    body: Any
    """Parsed; None where there is none, or a page that is not JSON. Deleting a destination
    is answered with the bare word Success."""
