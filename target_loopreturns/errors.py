"""What can end a run of the target, beside the errors that it shares with the tap."""

from __future__ import annotations

from tap_loopreturns.errors import LoopReturnsError


class InputRefused(LoopReturnsError):  # noqa: N818  "refused" already says that it failed
    """A row that is no action, or too many of them: nothing was done."""

    exit_code = 8


class ActionsUnsettled(LoopReturnsError):  # noqa: N818  likewise
    """Every action has an outcome, and some of them failed, or are uncertain."""

    exit_code = 7
