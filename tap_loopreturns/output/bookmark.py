"""A stream's entry in STATE: which stretches of time are out, for each state. Pure.

    {"replication_key": "updated_at",
     "replication_key_value": "2026-11-22T10:00:00Z",
     "covered": {"open": [["2024-11-22T00:00:00Z", "2026-11-22T10:00:00Z"]], …},
     "as_of": {"open": "2026-11-22T10:00:00Z", …}}

`replication_key_value` is the point up to which everything is out, in all
states; it never moves back. `covered` says more: what is out beyond that point,
in a run that was interrupted, and from where on, so that an earlier `start_date`
or a state that is added later reads just what is missing. `as_of` is the upper
bound of the last run that read the state: what is older by more than the
lookback cannot have changed in what is out. A bookmark that has only the value,
as one set by hand, counts for all states.

Where many shops share STATE, states that have the same are named together, with commas
between them (see `named_together`), which makes it a third as large.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Span, Spans

_OF_THE_SDK = {"replication_key_signpost", "starting_replication_value", "progress_markers"}
"""What the SDK notes in an entry while a run goes on."""


class Bookmark:
    """What of a stream is out; written after every answer, true at every instant."""

    def __init__(
        self,
        key: str,
        covered: Mapping[str, Spans],
        value: int | None = None,
        as_of: Mapping[str, int] | None = None,
    ) -> None:
        self.key = key
        self.covered = dict(covered)
        self.value = value
        self.as_of = dict(as_of or {})

    @classmethod
    def read(
        cls, key: str, entry: Mapping[str, Any], states: Iterable[str], *, now: int | None = None
    ) -> Bookmark:
        """The bookmark in a stream's entry of STATE.

        What it says of the time after `now` cannot be, and is not believed. Where
        its value was set back by hand, it counts, not what is covered after it.

        Raises:
            SettingsError: it is not one.
        """
        if _is_of_another_tap(entry, key):  # taken for none, all would be read again unsaid
            raise SettingsError("--state", f"holds a bookmark for {key} that says another thing.")
        try:
            value = None
            if entry.get("replication_key_value"):
                value = times.second(entry["replication_key_value"])
            if entry.get("covered") is not None:
                covered = {
                    state: Spans((times.second(a), times.second(b)) for a, b in spans)
                    for states_alike, spans in entry["covered"].items()
                    for state in str(states_alike).split(",")
                }
            else:
                until = Spans([(times.EARLIEST, value)]) if value is not None else Spans()
                covered = dict.fromkeys(states, until)
            as_of = {
                state: times.second(at)
                for states_alike, at in (entry.get("as_of") or {}).items()
                for state in str(states_alike).split(",")
            }
        except (TypeError, ValueError, AttributeError):
            raise SettingsError(
                "--state", f"holds a bookmark for {key} that cannot be read."
            ) from None
        latest = now
        if value is not None and covered:
            reached = min(spans.reach(value) for spans in covered.values())
            if reached > value:
                latest = value if now is None else min(value, now)
        if latest is not None:
            until = Spans([(times.EARLIEST, latest)])
            covered = {state: spans & until for state, spans in covered.items()}
            as_of = {state: min(at, latest) for state, at in as_of.items()}
            value = None if value is None else min(value, latest)
        return cls(key, covered, value, as_of)

    def missing(self, states: Iterable[str], wanted: Span, *, lookback: int) -> dict[str, Spans]:
        """What is to be read of `wanted`: what is not out, and what may have changed since.

        A state that was left out for a while is read on from where it was left, and
        a gap in what is out is closed, even if `wanted` begins later.
        """
        missing = {}
        for state in states:
            out = self.covered.get(state, Spans())
            ends = [span.end for span in out if span.end <= wanted.end]
            begin = min([wanted.start, *ends[:1]])
            as_of = self.as_of.get(state, max(ends, default=0))
            again = Spans([(as_of - lookback, min(as_of, wanted.end))]) & out
            if spans := (Spans([(begin, wanted.end)]) - out) | again:
                missing[state] = spans
        return missing

    def reopen(self, missing: Mapping[str, Spans], until: int) -> None:
        """Take in that these stretches are read now, be it again, as they are at `until`.

        A run that is interrupted before it has read them leaves them to the next.
        """
        for state, spans in missing.items():
            self.covered[state] = self.covered.get(state, Spans()) - spans
            self.as_of[state] = max(self.as_of.get(state, until), until)

    def cover(self, credit: Mapping[str, Spans], states: Iterable[str], start: int) -> None:
        """Take in that these stretches are out now."""
        for state, spans in credit.items():
            self.covered[state] = self.covered.get(state, Spans()) | spans
        reached = min(self.covered.get(state, Spans()).reach(start) for state in states)
        if reached > start:
            self.value = max(reached, self.value or reached)

    def uncover(
        self, missing: Mapping[str, Spans], states: Iterable[str], start: int, value: int | None
    ) -> None:
        """Take back that these stretches are out; `value` is where the bookmark was before."""
        for state, spans in missing.items():
            self.covered[state] = self.covered.get(state, Spans()) - spans
        self.value = value
        self.cover({}, states, start)

    def entry(self) -> dict[str, Any]:
        """The bookmark as it stands in STATE."""
        entry: dict[str, Any] = {"replication_key": self.key}
        if self.value is not None:
            entry["replication_key_value"] = times.show(self.value)
        entry["covered"] = {
            state: [[times.show(start), times.show(end)] for start, end in spans]
            for state, spans in sorted(self.covered.items())
        }
        entry["as_of"] = {state: times.show(at) for state, at in sorted(self.as_of.items())}
        return entry


def named_together(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A stream's entry of STATE with the states named together that have the same in it."""
    shorter = dict(entry)
    for part in ("covered", "as_of"):
        if isinstance(entry.get(part), dict):
            alike: dict[str, list[str]] = {}
            for state, value in entry[part].items():
                alike.setdefault(repr(value), []).append(state)
            shorter[part] = {",".join(states): entry[part][states[0]] for states in alike.values()}
    return shorter


def _is_of_another_tap(entry: object, key: str) -> bool:
    if not isinstance(entry, Mapping):
        return True
    says = entry.keys() - _OF_THE_SDK
    is_ours = entry.get("covered") is not None or "replication_key_value" in entry
    named = entry.get("replication_key")
    return (named is not None and named != key) or bool(says and not is_ours)
