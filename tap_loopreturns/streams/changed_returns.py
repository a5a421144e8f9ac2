"""Which returns changed, and when they were made: their notices are to be asked for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from loop_returns import times
from loop_returns.endpoints import STATES
from loop_returns.errors import SettingsError
from loop_returns.returns_list.reading import Portion, ReturnsReading
from loop_returns.spans import Span, Spans
from loop_returns.times import DAY
from tap_loopreturns.output.bookmark import Bookmark
from tap_loopreturns.output.fingerprints import Fingerprints, fingerprint
from tap_loopreturns.output.state import remember
from tap_loopreturns.streams.by_date import ByDate

_MOST_IDS = 2_000
"""Ids kept in STATE; of days beyond them all rows are written."""
_GAP = 3 * DAY
"""Days so near to one another are asked for together: each request has a day's margin."""


class ChangedReturns:
    """The returns that changed since a list was read last whose rows follow the returns.

    Kept in that stream's entry of STATE: `changes`, a bookmark of the changes that were
    looked at; `noted`, those of the lookback; and `owed`, the days whose rows are to be
    asked for again, with the ids of the returns. They are put down before the STATE that
    says that the returns are out.

    Args:
        stream: The list; its rows are selected by when their return was made.

    Attributes:
        keep: Puts something into the stream's entry of STATE.
        count: How many returns are owed.

    Raises:
        SettingsError: what STATE says of them cannot be read.
    """

    def __init__(self, stream: ByDate) -> None:
        self._stream = stream
        self._run = stream.run
        self.keep: Callable[..., None] = partial(remember, stream)
        stream.plan()
        entry = stream.state_entry
        self._owed = _owed(entry)
        self._noted_before = Fingerprints.read(entry.get("noted"))
        self._noted = Fingerprints()
        self._mark = _bookmark(entry, stream.bookmark.value or self._run.span.end, self._run.now)
        self._start = self._mark.value or self._run.span.end
        self._missing = self._mark.missing(
            STATES,
            Span(self._start, self._run.span.end),
            lookback=self._run.settings.lookback,
        )
        self._mark.reopen(self._missing, self._run.span.end)
        self._put()

    @property
    def count(self) -> int:
        """How many returns are owed; days without ids count as one."""
        return sum(max(len(ids), 1) for ids in self._owed.values())

    def take(self, portion: Portion) -> None:
        """Take in what an answer of the list of returns says."""
        lacking = Spans(span for spans in self._missing.values() for span in spans)
        for second, head in portion.heads():
            if lacking.holds(second) or not portion.proof.span.holds(second):
                self._note(head)
        credit = {
            state: spans & self._missing.get(state, Spans())
            for state, spans in portion.proof.credit.items()
        }
        self._mark.cover(credit, STATES, self._start)
        self._put()

    def read_rest(self) -> None:
        """Ask for the changes that no other stream has read in this run."""
        settings = self._run.settings
        rest = {
            state: spans - self._mark.covered.get(state, Spans())
            for state, spans in self._missing.items()
        }
        for portion in ReturnsReading(
            self._run.client,
            rest,
            page_size=settings.page_size,
            workers=settings.concurrency,
            idle=self._run.stop_if_asked,
        ):
            self.take(portion)

    def lists(self, *, most_days: int) -> list[Span]:
        """The days to ask for again, those that are near together in one."""
        found: list[Span] = []
        for day in sorted(self._owed):
            last = found[-1] if found else None
            if last and day - last.end <= _GAP and day + DAY - last.start <= most_days * DAY:
                found[-1] = Span(last.start, day + DAY)
            else:
                found.append(Span(day, day + DAY))
        return found

    def ids(self, days: Span) -> set[str]:
        """The returns of some days; empty where not all of them are known."""
        each = [ids for day, ids in self._owed.items() if days.holds(day)]
        return set().union(*each) if all(each) else set()

    def settle(self, days: Span) -> None:
        """Take in that the rows of some days are out."""
        self._owed = {day: ids for day, ids in self._owed.items() if not days.holds(day)}
        self._put()

    def finish(self) -> None:
        """Forget which changes the run before has noted: all of the lookback are looked at."""
        self._noted_before = Fingerprints()
        self._put()

    def _note(self, head: Mapping[str, Any]) -> None:
        mark = fingerprint({name: head.get(name) for name in ("id", "updated_at")})
        self._noted.add(mark)
        if mark not in self._noted_before:  # the lookback brings a change once more
            self._owe(head)

    def _owe(self, head: Mapping[str, Any]) -> None:
        try:
            made = times.second(head["created_at"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # without a date it is found by a deep reading alone
        if not self._stream.passes_over(made):
            return
        day = made - made % DAY
        full = sum(map(len, self._owed.values())) >= _MOST_IDS
        if full:
            self._owed[day] = set()
        elif day not in self._owed or self._owed[day]:
            self._owed.setdefault(day, set()).add(str(head.get("id")))

    def _put(self) -> None:
        owed = {times.show(day)[:10]: sorted(ids) for day, ids in sorted(self._owed.items())}
        noted = Fingerprints([*self._noted_before, *self._noted]).show()
        self.keep(changes=self._mark.entry(), owed=owed or None, noted=noted or None)


def _bookmark(entry: Mapping[str, Any], first: int, now: int) -> Bookmark:
    changes = entry.get("changes")
    if changes is None:  # what changed before the list was first read is in it
        until = Spans([(times.EARLIEST, first)])
        return Bookmark("updated_at", dict.fromkeys(STATES, until), first)
    if not isinstance(changes, Mapping):
        raise SettingsError("--state", "holds changes of returns that cannot be read.")
    return Bookmark.read("updated_at", changes, STATES, now=now)


def _owed(entry: Mapping[str, Any]) -> dict[int, set[str]]:
    try:
        return {times.second(day): set(ids) for day, ids in (entry.get("owed") or {}).items()}
    except (TypeError, ValueError, AttributeError):
        raise SettingsError("--state", "holds days owed that cannot be read.") from None
