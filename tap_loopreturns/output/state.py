"""The one place that writes STATE: what a stream lacks, and what of it is out by now.

An entry of STATE is put down after the records that it speaks of, so that it is true
at every line of the output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from loop_returns.errors import SettingsError
from loop_returns.spans import Span, Spans
from loopreturns_plugin.sdk import SingerStream
from tap_loopreturns.output.bookmark import Bookmark

BESIDE = frozenset(
    {"events", "changes", "noted", "owed", "deep", "days", "asked", "sent", "longest"}
)
"""What an entry of STATE may hold beside the bookmark; see who remembers it."""
ROWS = "rows"
"""The one part of the bookmark of a list that is not read by state."""


class StreamState:
    """A stream's bookmark in one run.

    Args:
        stream: The stream; its replication key names the bookmark.
        states: What its bookmark tells apart: the states of returns, mostly.
        span: What this run may read.
        now: When the run began; what STATE says of later times is not believed.
        lookback: How many seconds behind its bookmark it is read again.

    Attributes:
        wanted: From where to where it is read, the gap to an earlier bookmark included.
        missing: What is to be read of it, for each of `states`.
        out_before: What was out when the run began, for each of `states`.
        value: Up to which second everything was out when the run began, if anything was.

    Raises:
        SettingsError: the entry in STATE is no bookmark.
    """

    def __init__(
        self,
        stream: SingerStream,
        states: Iterable[str],
        span: Span,
        *,
        now: int,
        lookback: int,
    ) -> None:
        self._stream = stream
        self._given = {k: v for k, v in stream.state_entry.items() if k not in BESIDE}
        self._put_bookmark = False
        self._states = tuple(states)
        self._lookback = lookback
        self._mark = _bookmark(stream, stream.state_entry, self._states, now=now)
        self._beside = {k: v for k, v in stream.state_entry.items() if k in BESIDE}
        self.value = self._mark.value
        self.out_before = dict(self._mark.covered)
        start = span.start if self.value is None else min(span.start, self.value)
        self.wanted = Span(start, span.end)
        self.missing = self._mark.missing(self._states, self.wanted, lookback=lookback)
        self._mark.reopen(self.missing, span.end)

    @property
    def lacking(self) -> Spans:
        """What is to be read, in any of the states."""
        return Spans(span for spans in self.missing.values() for span in spans)

    def cover(self, out: Mapping[str, Spans]) -> None:
        """Take in that the records of these stretches are written; `flush` says so to the target.

        What had not been missing is passed over: it was out already.
        """
        credit = {state: spans & self.missing.get(state, Spans()) for state, spans in out.items()}
        self._mark.cover(credit, self._states, self.wanted.start)
        self._put_bookmark = True
        self._put()

    def reopen(self) -> None:
        """From now on STATE says what of it is still to be read in this run."""
        self._put_bookmark = True

    def remember(self, **parts: Any) -> None:
        """Put something beside the bookmark (one of `BESIDE`); None removes it."""
        self._beside = _merged(self._beside, parts)
        self._put()

    def put_events(self, offset: Mapping[str, Any]) -> None:
        """Take in up to where events were dealt with; the bookmark stays where it is."""
        self.remember(events=dict(offset))

    def is_due(self, every: int) -> bool:
        """Whether the last reading began `every` seconds ago, or left anything to be read."""
        until = self.wanted.end - every - self._lookback
        return not every or any(span.start <= until for span in self.lacking)

    def _put(self) -> None:
        """Put the entry into STATE; where nothing was covered, the bookmark is as it was given."""
        entry = self._mark.entry() if self._put_bookmark else self._given
        self._stream.put_state({**entry, **self._beside})

    def uncover(self, missing: Mapping[str, Spans]) -> None:
        """Take back that these stretches are out: they could not be read, or are not believed."""
        asked = {s: spans & self.missing.get(s, Spans()) for s, spans in missing.items()}
        self._mark.uncover(asked, self._states, self.wanted.start, self.value)
        self._stream.put_state(self._mark.entry())

    def flush(self) -> None:
        """Write STATE, if the stream's entry has changed."""
        self._stream.flush_state()


def write_entry(stream: SingerStream, entry: Mapping[str, Any]) -> None:
    """Write what a stream without a dated bookmark has to remember, such as an offset."""
    stream.put_state(entry)
    stream.flush_state()


def remember(stream: SingerStream, **parts: Any) -> None:
    """Put something into the entry of a stream that is not read yet; None removes it.

    Its bookmark stays as it is, so that an interrupted run leaves it to the next.
    """
    stream.put_state(_merged(stream.state_entry, parts))


def _merged(entry: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in {**entry, **parts}.items() if v is not None}


def check_bookmark(stream: SingerStream) -> None:
    """See to it, before anything is read, that a stream's entry in STATE is a bookmark.

    Raises:
        SettingsError: it is none; the message names the stream.
    """
    if stream.replication_key:
        _bookmark(stream, stream.given_entry, (), now=None)


def _bookmark(
    stream: SingerStream, entry: Mapping[str, Any], states: tuple[str, ...], *, now: int | None
) -> Bookmark:
    key = str(type(stream).replication_key)
    entry = {k: v for k, v in entry.items() if k not in BESIDE}
    if stream.replication_method == REPLICATION_FULL_TABLE:  # as a catalog may ask for
        entry = {}
    try:
        return Bookmark.read(key, entry, states, now=now)
    except SettingsError:
        raise SettingsError(
            "--state", f"holds a bookmark for {key} of {stream.name} that cannot be read."
        ) from None
