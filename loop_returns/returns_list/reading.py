"""The one reading of the list of returns: take a window, ask, understand, prove.

Whoever needs returns reads them here, and keeps the same rows: those that the answer
proves complete, and those that Loop sent though they lie outside their window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loop_returns.fetch_ahead import fetch_ahead
from loop_returns.http.client import Client
from loop_returns.returns_list import answers
from loop_returns.returns_list.answers import Listed, Row
from loop_returns.returns_list.contradictions import Contradictions
from loop_returns.returns_list.windows import Proof, Window, Windows
from loop_returns.spans import Spans

MOST = 750
"""Returns in a page, at most (pagination page)."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One answer of the list of returns, and what it proved."""

    window: Window
    listed: Listed
    proof: Proof

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The returns to keep, each with the second in which it changed; not parsed yet."""
        return self._kept(self.listed.rows)

    def heads(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Of the returns to keep, id, state and `updated_at`, as Loop sent them."""
        return self._kept(self.listed.heads)

    def _kept(self, rows: Any) -> Iterator[tuple[int, Any]]:
        return (
            (second, row)
            for second, row in zip(self.listed.seen.seconds, rows, strict=True)
            if self.proof.span.holds(second) or self.window.excludes(second)
        )


class ReturnsReading:
    """Reads stretches of the list until every one of them is proven complete.

    Iterate over it once. Afterwards `contradictions` says whether what Loop sent adds up.

    Args:
        client: The account.
        missing: What to read: for each state, stretches of `updated_at`.
        page_size: Returns a page, 1 to 750.
        workers: How many requests are under way at once.
        on_contradiction: Called with a line for each kind of contradiction, once.
        idle: Called every half second while Loop is awaited.
    """

    def __init__(  # noqa: PLR0913  what a reading is, and two listeners
        self,
        client: Client,
        missing: Mapping[str, Spans],
        *,
        page_size: int,
        workers: int,
        on_contradiction: Callable[[str], object] | None = None,
        idle: Callable[[], object] | None = None,
    ) -> None:
        self.contradictions = Contradictions()
        self._client = client
        self._windows = Windows(
            {state: spans for state, spans in missing.items() if spans}, page_size=page_size
        )
        self._page_size = page_size
        self._workers = workers
        self._on_contradiction = on_contradiction
        self._idle = idle

    def __iter__(self) -> Iterator[Portion]:
        """Each answer, in the order in which the windows were asked for.

        Raises:
            LoopReturnsError: as `Client.get`; UnexpectedAnswer where an answer is not what
                Loop documents, or is cut.
        """
        for window, answer in fetch_ahead(
            self._windows.next,
            lambda window, hold: answers.ask(self._client, window, self._page_size, hold),
            workers=self._workers,
            idle=self._idle,
        ):
            listed = answers.understand(answer, window)
            for line in self.contradictions.look_at(window, listed):
                if self._on_contradiction:
                    self._on_contradiction(line)
            yield Portion(window, listed, self._windows.prove(window, listed.seen))
