"""How a run went, in words."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from loop_returns.errors import ActionsUnsettled, RecordsUnwritable
from target_loopreturns import kinds
from target_loopreturns.planning.plan import Planned
from target_loopreturns.sending.apply import Application, Key

_WORDS = {"not_allowed": "not allowed", "moved": "moved since the plan"}
"""What to call refusals that hold STATE back."""


def summary(run: Application, asked: Collection[Key], where: str) -> Iterator[str]:
    """Lines for the log: how many actions came to which outcome, by kind and action.

    Args:
        run: What was done.
        asked: The actions of its input.
        where: The file of the outcomes.
    """
    told = counted(run, asked) or "Nothing to do"
    sent = f"{run.sent:,} requests sent" if run.sent else "nothing sent"
    yield f"{told}; {sent}. See {where}."
    ended = (run.results[key] for key in asked if key not in run.known_before)
    groups = Counter((one.action.stream, one.action.name, one.outcome.result) for one in ended)
    for (stream, action, result), count in sorted(groups.items()):
        yield f"{count:,} x {stream} {action}: {result}"


def not_shown(planned: Iterable[Planned]) -> str:
    """What would be done again if a ledger was lost: Loop's own state does not show it."""
    actions = [one.action for one in planned if one.outcome.result == "planned"]
    groups = Counter(
        f"{one.stream} {one.name}"
        for one in actions
        if one.name == "note"
        or not (kinds.of(one).can_tell(one) or kinds.of(one).is_repeatable(one))
    )
    if not groups:
        return ""
    what = ", ".join(f"{count:,} x {name}" for name, count in sorted(groups.items()))
    return (
        "The ledger is new. If one was lost: what Loop's own state shows is not done again, but "
        f"these are, since Loop does not show whose they are: {what}."
    )


def counted(run: Application, keys: Iterable[Key]) -> str:
    """How many actions came to which outcome; what was known before the run is told apart."""
    counts = Counter(
        run.results[key].outcome.result + (" before" if key in run.known_before else "")
        for key in keys
    )
    return ", ".join(f"{count:,} {result}" for result, count in sorted(counts.items()))


def unsettled(run: Application, asked: Collection[Key], where: str) -> ActionsUnsettled | None:
    """The error where rows are to be given again, so that STATE must not pass."""
    # What an earlier run had queued, and has failed since, is told once, aloud.
    holding = [
        one.outcome
        for key, one in run.results.items()
        if (key in asked or one.outcome.result == "failed") and run.holds_state(one)
    ]
    if not holding:
        return None
    count = Counter(_WORDS.get(one.code, one.result) for one in holding)
    said = ", ".join(f"{number:,} {result}" for result, number in sorted(count.items()))
    allow = " Add what may be done to 'allow', or take the rows out of the query."
    return ActionsUnsettled(
        f"Actions that are not settled: {said}; the reasons are in {where}. "
        "The next run tries the failed ones again, and looks at the uncertain ones."
        + (allow if count["not allowed"] else "")
    )


def still_uncertain(run: Application, asked: Collection[Key]) -> str:
    """What to say of actions that stay uncertain, and hold STATE back no longer."""
    count = sum(run.results[key].outcome.result == "uncertain" for key in asked)
    if not count:
        return ""
    return (
        f"{count:,} uncertain actions hold STATE back no longer ('hold_hours'). Look at them in "
        "Loop, and settle them: target-loopreturns-ledger."
    )


def pass_on(state: str) -> None:
    """Pass a STATE on as it came.

    Raises:
        RecordsUnwritable: whoever reads it is gone, or its disk is full.
    """
    try:
        _say(state)
    except OSError as error:
        sys.stdout = None  # Python would complain again when it flushes at its end
        raise RecordsUnwritable(
            f"All is done, but STATE cannot be passed on ({error.strerror}); the same rows may be "
            "given again, and nothing is done twice."
        ) from None


def _say(state: str) -> None:
    """In UTF-8, whatever the locale."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary:
        sys.stdout.flush()
        binary.write(f"{state}\n".encode())
    else:
        sys.stdout.write(f"{state}\n")
    sys.stdout.flush()
