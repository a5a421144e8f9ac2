"""Deep readings: now and then a list is read from its beginning, for what no date tells. Pure.

    {"at": "2026-11-17T10:00:00Z", "since": "2026-11-10T10:00:00Z", "out": [["…", "…"]]}

`at` is when the last one began. While it is not finished, `since` is when the one
before it began, and `out` what was out by then: the next run goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from loop_returns import times
from loop_returns.errors import SettingsError
from loop_returns.spans import Spans

_NOTHING = Spans()


@dataclass(frozen=True, slots=True)
class DeepReading:
    """What STATE says of a stream's deep readings.

    Attributes:
        at: When the last one began.
        since: When the one before it began, while the last is not finished.
        out: What had been out when it began, while it is not finished.
    """

    at: int
    since: int | None = None
    out: Spans = _NOTHING

    @classmethod
    def read(cls, entry: Mapping[str, Any], *, now: int) -> DeepReading:
        """From a stream's entry in STATE; a stream without one begins to count now.

        Raises:
            SettingsError: it cannot be read.
        """
        try:
            found = entry.get("deep") or {}
            since = found.get("since")
            return cls(
                min(now, times.second(found["at"])) if "at" in found else now,
                None if since is None else times.second(since),
                Spans((times.second(a), times.second(b)) for a, b in found.get("out") or ()),
            )
        except (TypeError, ValueError, AttributeError):
            raise SettingsError("--state", "holds a deep reading that cannot be read.") from None

    def is_due(self, every: int, now: int) -> bool:
        """Whether to begin one; never where `every` is 0."""
        return every > 0 and now - self.at >= every and self.since is None

    def begun(self, out: Spans, now: int) -> DeepReading:
        """After one has begun."""
        return DeepReading(now, self.at, out)

    def finished(self) -> DeepReading:
        """After all of it is out."""
        return replace(self, since=None, out=_NOTHING)

    def entry(self) -> dict[str, Any]:
        """As it stands in STATE."""
        entry: dict[str, Any] = {"at": times.show(self.at)}
        if self.since is not None:
            entry["since"] = times.show(self.since)
            entry["out"] = [[times.show(a), times.show(b)] for a, b in self.out]
        return entry
