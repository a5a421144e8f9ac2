"""What a run could not read, by stream; all else is read before the run ends with it."""

from __future__ import annotations

from loop_returns.errors import (
    Incomplete,
    LoopRefused,
    LoopReturnsError,
    LoopUnavailable,
    Redirected,
    UncleanRecord,
    UnexpectedAnswer,
)

PUT_OFF = (LoopUnavailable, LoopRefused, UnexpectedAnswer, UncleanRecord, Incomplete)
"""Failures of what was asked for; those of the key, the settings or the output concern all."""


class Missing:
    """The failures of streams, in the order in which they came."""

    def __init__(self) -> None:
        self._failures: list[tuple[str, LoopReturnsError]] = []
        self._answered_at_outage = -1

    def __bool__(self) -> bool:
        return bool(self._failures)

    def note_outage(self, answered: int) -> bool:
        """Take in that Loop gave no answer; whether it has given none since the last time, too.

        Args:
            answered: How many healthy answers have come in this run.
        """
        again = self._answered_at_outage == answered
        self._answered_at_outage = answered
        return again

    def add(self, stream: str, error: LoopReturnsError, *, answered: int) -> None:
        """Take in a failure; each stream that Loop does not answer costs `retry_minutes`.

        Raises:
            LoopReturnsError: the failure, where the streams after it would fail alike.
        """
        if isinstance(error, Redirected):
            raise error
        if isinstance(error, LoopUnavailable) and self.note_outage(answered):
            raise error
        self._failures.append((stream, error))

    def raise_if_any(self) -> None:
        """End with what is missing.

        Raises:
            LoopReturnsError: the failure, where there is one alone.
            Incomplete: several failures, by stream. Its exit code is theirs where they share
                one, else 6.
        """
        if not self._failures:
            return
        if len(self._failures) == 1 and not isinstance(self._failures[0][1], Incomplete):
            raise self._failures[0][1]
        codes = {error.exit_code for _, error in self._failures}
        several = Incomplete(" ".join(f"{stream}: {error}" for stream, error in self._failures))
        several.exit_code = codes.pop() if len(codes) == 1 else Incomplete.exit_code
        raise several from None
