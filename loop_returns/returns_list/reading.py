"""The one reading of the list of returns: take a window, ask, understand, prove.

Whoever needs returns reads them here, and keeps the same rows: those that the answer
proves complete, and those that Loop sent though they lie outside their window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loop_returns import times
from loop_returns.errors import AnswerTooLarge, Incomplete, LoopUnavailable
from loop_returns.fetch_ahead import Hold, fetch_ahead
from loop_returns.http.client import Client
from loop_returns.http.exchange import Answer
from loop_returns.returns_list import answers
from loop_returns.returns_list.answers import CHANGED, MADE, Listed, Row
from loop_returns.returns_list.contradictions import Contradictions
from loop_returns.returns_list.learnt import Seen
from loop_returns.returns_list.window import Window
from loop_returns.returns_list.windows import Proof, Windows
from loop_returns.spans import Span, Spans

MOST = 750
"""Returns in a page, at most (pagination page)."""

_DOWN = 6
"""So many windows in a row without an answer, nor one to any other, and it is Loop that is down."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """A window that has no answer, and whether others were answered meanwhile."""

    error: LoopUnavailable | AnswerTooLarge
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """One answer of the list of returns, and what it proved."""

    window: Window
    listed: Listed
    proof: Proof
    only: Span | None = None
    """Only returns that changed in it are kept."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The returns to keep, each with the second in which it changed; not parsed yet."""
        return self._kept(self.listed.rows)

    def heads(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Of the returns to keep, id, state, `created_at` and `updated_at`, as Loop sent them."""
        return self._kept(self.listed.heads)

    def _kept(self, rows: Any) -> Iterator[tuple[int, Any]]:
        listed = self.listed
        if self.window.column == CHANGED:
            return (
                (second, row)
                for second, row in zip(listed.changed, rows, strict=True)
                if self.proof.span.holds(second) or self.window.excludes(second)
            )
        return (
            (changed, row)
            for made, changed, row in zip(listed.seen.seconds, listed.changed, rows, strict=True)
            if (self.proof.span.holds(made) or self.window.excludes(made))
            and (self.only is None or self.only.holds(changed))
        )


class ReturnsReading:
    """Reads stretches of the list until every one of them is proven complete.

    Iterate over it once. Afterwards `contradictions` says whether what Loop sent adds up.

    Args:
        client: The account.
        missing: What to read: for each state, stretches of `column`.
        page_size: Returns a page, 1 to 750.
        workers: How many requests are under way at once.
        column: What the list is filtered by. By `created_at` the same returns come
            another way: what the one way lacks, the other shows.
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
        column: str = CHANGED,
        on_contradiction: Callable[[str], object] | None = None,
        idle: Callable[[], object] | None = None,
    ) -> None:
        self.contradictions = Contradictions()
        self._client = client
        self._column = column
        self._windows = Windows(
            {state: spans for state, spans in missing.items() if spans},
            page_size=page_size,
            column=column,
        )
        self._page_size = page_size
        self._workers = workers
        self._tell = on_contradiction or (lambda _: None)
        self._idle = idle
        self._answered = 0
        self._failures = 0

    def ask_first(self) -> bool:
        """Ask for the first window ahead of time; False where nothing is to be read.

        Its answer is kept for another reading of the same. This one is of no use any more.

        Raises:
            LoopReturnsError: as `Client.get`.
        """
        if window := self._windows.next():
            answers.ask_ahead(self._client, window, self._page_size)
        return window is not None

    def __iter__(self) -> Iterator[Portion]:
        """Each answer, in the order in which the windows were asked for.

        Raises:
            LoopReturnsError: as `Client.get`; UnexpectedAnswer where an answer is not what
                Loop documents.
            Incomplete: at the end, where stretches could not be read; all else has come.
        """
        for window, answer in fetch_ahead(
            self._windows.next, self._fetch, workers=self._workers, idle=self._idle
        ):
            if isinstance(answer, _Failure):
                self._take_in_failure(window, answer)
                continue
            self._failures = 0
            listed = answers.understand(answer, window)
            for line in self.contradictions.look_at(window, listed):
                self._tell(line)
            yield Portion(window, listed, self._windows.prove(window, listed.seen))
        for window in self._windows.crowded:
            yield from self._another_way(window)
        self._windows.unread.raise_if_any()

    def _fetch(self, window: Window, hold: Hold) -> Answer | _Failure:
        answered = self._answered
        try:
            answer = answers.ask(self._client, window, self._page_size, hold)
        except (LoopUnavailable, AnswerTooLarge) as error:
            return _Failure(error, self._answered != answered)
        self._answered += 1  # by many threads; that it grows is all that matters
        return answer

    def _take_in_failure(self, window: Window, failure: _Failure) -> None:
        """Put a window off; where Loop answers none at all, end."""
        self._failures += not failure.is_alone
        if isinstance(failure.error, LoopUnavailable) and self._failures >= _DOWN:
            raise failure.error
        self._windows.fail(window, str(failure.error).partition(". ")[0])

    def _another_way(self, crowded: Window) -> Iterator[Portion]:
        """Read the returns of a crowded second by their creation, in pages."""
        second, unread = crowded.span.start, self._windows.unread
        why = "more returns changed in that second than Loop answers at once"
        if self._column != CHANGED:
            unread.add(crowded, why.replace("changed", "were made"))
            return
        self._tell(
            f"Nothing proves that Loop answers all returns that changed at {times.show(second)}; "
            "they are read by their creation instead."
        )
        ever = Spans([(times.EARLIEST, crowded.span.end)])
        reading = ReturnsReading(
            self._client,
            dict.fromkeys(crowded.states, ever),
            page_size=self._page_size,
            workers=self._workers,
            column=MADE,
            idle=self._idle,
        )
        try:
            for one in reading:
                yield Portion(one.window, one.listed, Proof(one.proof.span, {}), crowded.span)
        except Incomplete:
            unread.add(crowded, why)
            return
        credit = dict.fromkeys(crowded.states, Spans([crowded.span]))
        yield Portion(crowded, _NOTHING, Proof(crowded.span, credit))


_NOTHING = Listed([], [], [], [], Seen([], frozenset(), more=False))
