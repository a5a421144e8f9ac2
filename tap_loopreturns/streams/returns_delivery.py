"""One reading of the list of returns, for all selected streams that live on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from loop_returns import times
from loop_returns.endpoints import STATES
from loop_returns.errors import Incomplete
from loop_returns.returns_list.answers import Row
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY
from tap_loopreturns.output.account import REMEMBERED
from tap_loopreturns.output.progress import stretch
from tap_loopreturns.output.state import StreamState
from tap_loopreturns.run import Run
from tap_loopreturns.streams.changed_returns import ChangedReturns
from tap_loopreturns.streams.notices import AdvancedShippingNotices
from tap_loopreturns.streams.refresh import News, Refresh
from tap_loopreturns.streams.returns import Returns, ReturnsStream

_EVER = Spans([Span(times.EARLIEST, 1 << 40)])
_MARKED = 2 * DAY
"""Beside the lookback. Of a longer stretch only what the next run reads again is remembered, since
that is work for each row."""
_AT_ONCE = 200  # rows cleaned and written; an unpaged answer may hold many thousands


@dataclass(frozen=True, slots=True)
class _Share:
    """What one stream lacks of the list."""

    stream: ReturnsStream
    state: StreamState
    lacking: Spans

    def wants(self, second: int, proven: Span) -> bool:
        """Whether the stream lacks a return; one that came without being asked for, it does."""
        return self.lacking.holds(second) or not proven.holds(second)


class ReturnsDelivery:
    """Reads the list once in a run, and hands each stream what it lacks.

    Each stream has a bookmark of its own: what one of them lacks is asked for,
    and only those that lack it are given it.
    """

    def __init__(self, run: Run, refresh: Refresh) -> None:
        self.streams: list[ReturnsStream] = []
        """All streams of the list; those selected are read."""
        self.notices: AdvancedShippingNotices | None = None
        """Whose rows follow the returns; if selected, it is told which of them changed."""
        self._run = run
        self._refresh = refresh
        self._done = False

    def read(self) -> None:
        """Read what is missing; nothing, if that has been done in this run."""
        if self._done:
            return
        self._done = True
        names = ", ".join(stream.name for stream in self.streams if stream.selected)
        with self._run.going_on(names), self._refresh.forgetting():
            self._read()

    def _read(self) -> None:
        before = self._run.client.requests
        shares = [self._begin(stream) for stream in self.streams if stream.selected]
        news = self._refresh.news
        if news is None or not self._read_news(news, shares, before):
            self._read_by_date(shares, before)

    def ask_first(self) -> bool:
        """Ask for what is read first, ahead of time; False where nothing is to be read."""
        lacking = [stream.dated().missing for stream in self.streams if stream.selected]
        missing = _union(lacking, self._run.settings.states)
        return self._reading(missing, self._returns).ask_first()

    def _read_news(self, news: News, shares: list[_Share], before: int) -> bool:
        """Read what new events name; False where to read by date costs fewer requests."""
        takes_all = [replace(share, lacking=_EVER) for share in shares]
        for portion in self._refresh.portions():
            self._write(portion, takes_all)
        if len(left := self._refresh.left) > len(self._run.settings.states):
            self._run.log.info(
                "%s returns that events name have not changed lately; reading by date costs fewer "
                "requests than asking for each.",
                f"{len(left):,}",
            )
            return False
        for portion in self._refresh.portions_of_left():
            self._write(portion, takes_all)
        for share in shares:
            self._refresh.finish(share.state)
            share.stream.end(
                self._run.client.requests - before,
                f"{len(news.returns):,} returns named by {news.count:,} events",
            )
        return True

    def _read_by_date(self, shares: list[_Share], before: int) -> None:
        run = self._run
        missing = _union([share.state.missing for share in shares], run.settings.states)
        total = sum(spans.length for spans in missing.values())
        done = 0
        strange: set[str] = set()
        changed = self._changed()
        reading = self._reading(missing, shares[0].stream)
        try:
            for portion in reading:
                self._remember_rows(portion, shares)
                self._write(portion, shares)
                self._refresh.take_in(portion)
                strange |= portion.listed.seen.states.difference(STATES)
                credit = portion.proof.credit
                done += sum(spans.length for spans in credit.values())
                for share in shares:
                    share.state.cover(credit)
                    share.stream.progress.tell(done / total if total else None)
                if changed:
                    changed.take(portion)
                shares[0].state.flush()
                run.stop_if_long()
            for share in shares:
                self._refresh.finish(share.state)
        except Incomplete as error:
            self._leave_out(error, shares)
        for share in shares:
            share.state.remember(sent=share.stream.saving.entry(share.stream.sent))
        shares[0].state.flush()
        self._end(shares, reading, run.client.requests - before)
        self._tell_strange_states(strange)

    def _remember_rows(self, portion: Portion, shares: list[_Share]) -> None:
        """Remember, of a long stretch, the rows that the next run reads again."""
        again = self._run.span.end - self._run.settings.lookback
        for share in shares:
            if share.stream.sent:
                share.stream.sent.remembers = (
                    self._is_short(share.lacking) or portion.proof.span.end > again
                )

    def _is_short(self, lacking: Spans) -> bool:
        return lacking.length <= self._run.settings.lookback + _MARKED

    def _changed(self) -> ChangedReturns | None:
        notices = self.notices
        if notices is None or not notices.selected or notices.name in self._run.unreadable:
            return None
        notices.changed = ChangedReturns(notices)
        return notices.changed

    def _begin(self, stream: ReturnsStream) -> _Share:
        """Take up a stream's bookmark, and say what it lacks."""
        settings = self._run.settings
        state = stream.dated()
        stream.write_schema()
        if self._refresh.news is not None:
            stream.progress.start("returns that new events name")
            return _Share(stream, state, state.lacking)
        lacking = state.lacking
        stream.sent = stream.saving.rows(anew=not self._is_short(lacking))
        longest = max((spans.length for spans in state.missing.values()), default=0)
        stream.progress.start(
            f"{', '.join(settings.states)} returns changed since "
            f"{times.show(next(iter(lacking)).start)}, {stretch(longest)} of them"
            if lacking
            else "nothing to read"
        )
        return _Share(stream, state, lacking)

    def _reading(self, missing: Mapping[str, Spans], first: ReturnsStream) -> ReturnsReading:
        settings = self._run.settings
        return ReturnsReading(
            self._run.client,
            missing,
            page_size=settings.page_size,
            workers=settings.concurrency,
            on_contradiction=lambda line: first.logger.warning("%s", line),
            idle=self._run.stop_if_asked,
        )

    @cached_property
    def _returns(self) -> Returns:
        """The stream whose cleaner reads the rows, selected or not."""
        return next(stream for stream in self.streams if isinstance(stream, Returns))

    def _write(self, portion: Portion, shares: list[_Share]) -> None:
        rows = portion.rows()
        while some := list(islice(rows, _AT_ONCE)):
            self._write_some(some, portion.proof.span, shares)

    def _write_some(self, rows: list[tuple[int, Row]], proven: Span, shares: list[_Share]) -> None:
        clean = self._returns.cleaner.quickly
        records = [(second, clean(row)) for second, row in rows]
        for _, record in records[:REMEMBERED]:
            self._run.account.remember(record)
        for share in shares:
            share.stream.write(
                [
                    exploded
                    for second, record in records
                    if share.wants(second, proven)
                    for exploded in share.stream.records(record)
                ]
            )

    def _leave_out(self, error: Incomplete, shares: list[_Share]) -> None:
        """Leave what could not be read to the next run; this one goes on, and ends with it."""
        for share in shares:
            share.state.uncover(error.spans)
        shares[0].state.flush()
        self._refresh.forget()
        self._run.put_off(", ".join(share.stream.name for share in shares), error)

    def _end(self, shares: list[_Share], reading: ReturnsReading, requests: int) -> None:
        found = reading.contradictions
        windows = f"{found.windows:,} windows of {', '.join(self._run.settings.states)} returns"
        for share in shares:
            share.stream.end(requests, windows, *filter(None, (str(found),)))
        if self._returns not in [share.stream for share in shares]:
            self._returns.tell_kept_aside()

    def _tell_strange_states(self, strange: set[str]) -> None:
        if strange:
            self._returns.logger.warning(
                "returns: Loop sent returns in states that this version does not know: %s. They "
                "are kept, but cannot be asked for by name; see whether there is a newer version.",
                ", ".join(sorted(state[:40] for state in strange)),
            )


def _union(lacking: list[dict[str, Spans]], states: tuple[str, ...]) -> dict[str, Spans]:
    return {
        state: Spans(span for missing in lacking for span in missing.get(state, Spans()))
        for state in states
    }
