"""Everything that can go wrong, as one family with an exit code each.

    LoopReturnsError
    ├── SettingsError          a setting is wrong                        exit code 1
    ├── AccessError            the key is refused, or lacks a scope      exit code 3
    ├── LoopUnavailable        no healthy answer within the patience     exit code 4
    ├── LoopRefused            Loop says the request is wrong            exit code 5
    ├── ShopsFailed            some of many shops were not read whole    exit code 10
    ├── UnexpectedAnswer       an answer that is not what Loop documents exit code 6
    │   ├── AnswerTooLarge     larger than any page of Loop's           exit code 6
    │   └── Redirected         from another address than 'api_url'      exit code 6
    ├── Incomplete             some of it could not be read, all else   exit code 6
    │                          is out
    ├── UncleanRecord          a record that cannot be delivered right   exit code 6
    ├── OutputUnwritable       the output cannot be written (full disk)  exit code 9
    ├── TargetGone             nobody reads the output any more          exit code 141
    │   and of the target alone:
    ├── UncertainChange        sent, but was it made?                    exit code 7
    ├── ActionsUnsettled       some actions failed, or are uncertain     exit code 7
    ├── RecordsUnwritable      the ledger or the outcomes, while acting  exit code 7
    └── InputRefused           rows that are no actions                  exit code 8

A message is one line, names what to change, and holds neither the key nor a
customer's data: of an answer, only Loop's own error text is quoted, shortened.
"""

from __future__ import annotations

from collections.abc import Mapping

from loop_returns.spans import Spans


class LoopReturnsError(Exception):
    """The root: an expected failure, told in one line."""

    exit_code = 1


class SettingsError(LoopReturnsError):
    """A setting cannot be used; the message names it and what it accepts."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"Setting '{setting}' {problem}")
        self.setting = setting


class AccessError(LoopReturnsError):
    """Loop refuses the key: it is wrong, or it lacks the scope that is named.

    Loop answers 401 to both and does not say which (authentication page, FAQ).
    """

    exit_code = 3

    def __init__(self, message: str, *, scope: str | None = None) -> None:
        super().__init__(message)
        self.scope = scope


class LoopUnavailable(LoopReturnsError):  # noqa: N818  "unavailable" already says that it failed
    """Loop gave no healthy answer for as long as `retry_minutes` allows."""

    exit_code = 4


class LoopRefused(LoopReturnsError):  # noqa: N818  likewise
    """Loop refuses the request itself (400, 404, 409, 422, or an error body under 200)."""

    exit_code = 5

    def __init__(self, message: str, *, status: int, body: object = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class UnexpectedAnswer(LoopReturnsError):  # noqa: N818  likewise
    """An answer without the documented shape; taking it for an empty one would lose records."""

    exit_code = 6


class AnswerTooLarge(UnexpectedAnswer):
    """More bytes than are bearable; a smaller part of the list may be read all the same."""


class Incomplete(LoopReturnsError):  # noqa: N818  likewise
    """Some of what was asked for could not be read; all else is out.

    Attributes:
        spans: What is missing of the list of returns: stretches, by state.
    """

    exit_code = 6

    def __init__(self, message: str, spans: Mapping[str, Spans] | None = None) -> None:
        super().__init__(message)
        self.spans = dict(spans or {})


class Redirected(UnexpectedAnswer):
    """Loop is said to be at another address; what was asked for was not done."""


class UncleanRecord(LoopReturnsError):  # noqa: N818  likewise
    """A record without its key, or with a value that fits no form Loop is known to send."""

    exit_code = 6


class ShopsFailed(LoopReturnsError):  # noqa: N818  "failed" already says it
    """Some of many shops could not be read; the others are, and STATE is valid for all."""

    exit_code = 10


class UncertainChange(LoopReturnsError):  # noqa: N818  likewise
    """A change was sent, and it is not known whether Loop made it: look before repeating it."""

    exit_code = 7


class OutputUnwritable(LoopReturnsError):  # noqa: N818  likewise
    """What is read cannot be written: the disk under the output is full, mostly."""

    exit_code = 9


class TargetGone(LoopReturnsError):  # noqa: N818  likewise
    """The target has ended before the tap, and closed the pipe between them."""

    exit_code = 141


class InputRefused(LoopReturnsError):  # noqa: N818  "refused" already says that it failed
    """A row that is no action, or too many of them: nothing was done."""

    exit_code = 8


class ActionsUnsettled(LoopReturnsError):  # noqa: N818  likewise
    """Every action has an outcome, and some of them failed, or are uncertain."""

    exit_code = 7


class RecordsUnwritable(LoopReturnsError):  # noqa: N818  likewise
    """The ledger or the file of outcomes cannot be written, after the run has begun to act."""

    exit_code = 7
