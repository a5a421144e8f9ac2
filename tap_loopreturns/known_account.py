"""Whether the key is of the account that STATE is of, asked where another key was used before."""

from __future__ import annotations

from loop_returns import endpoints, times
from loop_returns.errors import LoopReturnsError, LoopUnavailable, SettingsError
from tap_loopreturns.run import Run


def is_account_of_state(run: Run) -> bool:
    """Whether what STATE says of the account may be believed; its key is taken in.

    Loop tells no account's name to a key (see the references of returns: their ids and
    creation are all that an account is known by). So another key than that of the last run
    is known as the same account's by the returns that STATE remembers. Where that cannot be
    asked, nothing is believed: everything is read again, which is right either way.

    Raises:
        SettingsError: the key is of another account.
        LoopUnavailable: Loop cannot be asked.
    """
    account, key = run.account, run.settings.connection.api_key
    known = account.has_key(key) or not account.is_named
    if not known:
        found = _holds_a_return(run)
        if found is False:
            raise SettingsError(
                "api_key",
                "is of another account than --state: none of the returns that STATE remembers is "
                "in it. Give the key of that account, or a state of its own (another state id).",
            )
        known = bool(found)
        run.log.warning(
            "The API key is another one than at the last run; %s.",
            "it is of the same account"
            if known
            else "whether it is of the same account cannot be told, so everything is read again",
        )
    account.take(key)
    return known


def _holds_a_return(run: Run) -> bool | None:
    """Whether the account holds a return that STATE remembers; None where that is not known."""
    answers = []
    for name, created_at in run.account.returns.items():
        try:
            found = endpoints.RETURN_DETAILS.read(run.client, {"return_id": name})
            made = found and times.second(found["created_at"])
        except LoopUnavailable:
            raise
        except (LoopReturnsError, KeyError, TypeError, ValueError, AttributeError):
            continue
        if made == times.second(created_at):
            return True
        answers.append(made)
    return False if answers else None
