"""What can go wrong with received events, beside the errors shared with the tap."""

from __future__ import annotations

from typing import Literal

from loop_returns.errors import LoopReturnsError, SettingsError

__all__ = ["LoopReturnsError", "OffsetAhead", "SettingsError", "StoreTrouble"]

Trouble = Literal["locked", "full", "away", "slow", "busy", "fault"]


class StoreTrouble(LoopReturnsError):  # noqa: N818  "trouble" already says that it failed
    """The store did not take or give something now; `reason` says why, in one word."""

    exit_code = 4

    def __init__(self, reason: Trouble, detail: str) -> None:
        super().__init__(f"The store of events: {detail}")
        self.reason: Trouble = reason


class OffsetAhead(LoopReturnsError):  # noqa: N818  likewise
    """A reader's offset is beyond the last event: this is not the store that it read before."""

    exit_code = 6
