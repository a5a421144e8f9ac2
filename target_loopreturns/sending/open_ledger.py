"""Opening a ledger, wherever it is: for one run alone, and for the account that it is of."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from loop_returns import times
from loop_returns.errors import RecordsUnwritable, SettingsError
from target_loopreturns.sending import ledger_file, ledger_postgres
from target_loopreturns.sending.history import RunHistory
from target_loopreturns.sending.ledger import Ledger
from target_loopreturns.sending.ledger_store import LedgerInUse, LedgerStore, StoreError

_SLACK = timedelta(seconds=60)  # clocks are set by as much all the time
_PAUSE = 1.0  # seconds between two looks at a ledger that is in use


def account_digest(url: str, key: str) -> str:
    """What tells accounts apart: all have one URL, so it is a digest of it by the key."""
    return hmac.new(key.encode(), url.encode(), hashlib.sha256).hexdigest()[:32]


@contextmanager
def open_ledger(
    where: str,
    url: str,
    key: str,
    *,
    wait: float = 0.0,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Ledger]:
    """The ledger at a path, or a PostgreSQL URL, for this run alone.

    A new ledger becomes that of the account. One of before accounts were told apart by
    their keys goes to the first key that uses it with the same URL.

    Args:
        where: An SQLite file, or `postgresql://…`.
        url: The account's.
        key: The account's.
        wait: Seconds to wait for a ledger that another run has.
        sleep: Waits for seconds.

    Raises:
        LedgerInUse: another run has it, longer than that.
        SettingsError: it is no ledger, or is another account's.
        RecordsUnwritable: it cannot be written any more, while the run acts.
    """
    with opened(where, wait=wait, sleep=sleep) as store:
        try:
            _want_account(store, url, account_digest(url, key))
            yield Ledger(store, RunHistory(store))
        except StoreError as error:
            raise RecordsUnwritable(
                f"The ledger {store.where} cannot be written ({error}), so nothing more was asked "
                "of Loop. Make room, or mend the file's permissions, and run again with the same "
                "rows: what was sent without an outcome is looked at first."
            ) from None


@contextmanager
def opened(
    where: str, *, wait: float = 0.0, sleep: Callable[[float], object] = time.sleep
) -> Iterator[LedgerStore]:
    """A ledger's tables, locked and laid out, whosever they are.

    Raises:
        LedgerInUse: another run has it.
        SettingsError: it is no ledger.
    """
    until = time.monotonic() + wait
    with ExitStack() as stack:
        while True:
            try:
                store = stack.enter_context(_store(where))
                break
            except LedgerInUse:
                if time.monotonic() >= until:
                    raise
            sleep(_PAUSE)
        _prepare(store)
        yield store


@contextmanager
def opened_by_hand(where: str) -> Iterator[LedgerStore]:
    """The same, for a command that acts on nothing else.

    Raises:
        SettingsError: it is in use, is no ledger, or cannot be written.
    """
    with opened(where) as store:
        try:
            yield store
        except StoreError as error:
            raise SettingsError("ledger", f"{store.where} cannot be used: {error}.") from None


def adopt(store: LedgerStore, url: str, key: str) -> None:
    """Make the ledger that of this account, too: its key was renewed."""
    with store.transaction():
        store.change("delete from account")
        store.change("insert into account values (?)", (url,))
        _add_key(store, account_digest(url, key))


def is_url(where: str) -> bool:
    """Whether it is in a database, and no file."""
    return where.startswith(ledger_postgres.PREFIXES)


def _store(where: str) -> AbstractContextManager[LedgerStore]:
    if is_url(where):
        return ledger_postgres.opened(where)
    return ledger_file.opened(where)


def _prepare(store: LedgerStore) -> None:
    """Take a request of the future, of before the clock was set back, for one of now.

    And bring runs that have died to their end: nobody else has the ledger.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        with store.transaction():
            store.change(
                "update actions set requested_at = ? where requested_at > ?",
                (times.spell(now), times.spell(now + _SLACK)),
            )
            RunHistory(store).end_dead_runs()
    except StoreError as error:
        raise SettingsError("ledger", f"{store.where} cannot be used: {error}.") from None


def _want_account(store: LedgerStore, url: str, digest: str) -> None:
    try:
        owner = store.rows("select url from account")
        known = {one for (one,) in store.rows("select digest from account_keys")}
        if owner and owner[0][0] != url:
            raise SettingsError(
                "ledger", f"{store.where} is that of {owner[0][0]}; give each account its own."
            )
        if known and digest not in known:
            raise SettingsError(
                "ledger",
                f"{store.where} is that of another account or key; give each account its own. If "
                "the key of this account was renewed: target-loopreturns-ledger adopt.",
            )
        if not known:
            with store.transaction():
                store.change("insert into account values (?) on conflict do nothing", (url,))
                _add_key(store, digest)
    except StoreError as error:
        raise SettingsError("ledger", f"{store.where} cannot be used: {error}.") from None


def _add_key(store: LedgerStore, digest: str) -> None:
    store.change("insert into account_keys values (?) on conflict do nothing", (digest,))
