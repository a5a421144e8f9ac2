"""One request for returns. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from loop_returns.spans import Span


@dataclass(frozen=True, slots=True)
class Window:
    """One request for returns: those of `states` whose `column` lies in `span`.

    Attributes:
        states: One, which is named; or the three that Loop answers when none is.
        span: What the answer shall prove.
        since: Sent as `from`, a second or more before the span.
        until: Sent as `to`.
        whole: Unpaged.
        wider: By how many seconds more than one it is sent, so that the answer has rows
            beyond its span.
        column: What is filtered on: `updated_at` or `created_at`.
        again: A part of one that failed; there is less patience with it.
    """

    states: tuple[str, ...]
    span: Span
    since: int
    until: int
    whole: bool = False
    wider: int = 0
    column: str = "updated_at"
    again: bool = False

    @property
    def state(self) -> str | None:
        """The state to name; none for the three that Loop answers unnamed."""
        return self.states[0] if len(self.states) == 1 else None

    def excludes(self, second: int) -> bool:
        """Whether a row of this second was not asked for."""
        return not self.since <= second <= self.until
