"""Which account STATE is of: its part `account`. Pure.

    {"key": "1c9f0a…", "returns": {"1541084": "2019-11-02T10:00:00Z", …}}

`key` is a keyed hash of the API key, cut short: equal for equal keys, and of no use to
who finds it. `returns` are some of the account's returns, with the times of their
creation, which never change. A key that was renewed is told from the key of another
account by asking for them.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loop_returns import times
from loop_returns.errors import SettingsError

REMEMBERED = 5
"""Returns that are remembered; one may have been deleted since."""
_PURPOSE = b"tap-loopreturns: which account is STATE of?"


def key_mark(key: str) -> str:
    """What STATE holds of an API key: equal for equal keys; the key cannot be made of it."""
    return hmac.digest(_PURPOSE, key.encode(), "sha256").hex()[:16]


class StateAccount:
    """The part `account` of STATE; `entry` is written as it is."""

    def __init__(self, entry: object = None) -> None:
        """Take up what STATE has.

        Raises:
            SettingsError: it is not as this tap writes it.
        """
        given = {} if entry is None else entry
        returns = given.get("returns", {}) if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(returns, dict):
            raise SettingsError("--state", "holds an 'account' that cannot be read.")
        self.entry: dict[str, Any] = {**given, "returns": dict(returns)}

    @property
    def is_named(self) -> bool:
        """Whether STATE says which account it is of; that of older versions does not."""
        return bool(self.entry.get("key"))

    def has_key(self, key: str) -> bool:
        """Whether STATE was written with this key."""
        return self.entry.get("key") == key_mark(key)

    def take(self, key: str) -> None:
        """Take in that STATE is of the account that has this key."""
        self.entry["key"] = key_mark(key)

    @property
    def returns(self) -> dict[str, str]:
        """Ids of returns of the account, each with the time of its creation."""
        found: dict[str, str] = self.entry["returns"]
        return found

    def remember(self, record: Any) -> None:
        """Take in a return, a record or a struct, while there is room for one."""
        if len(self.returns) >= REMEMBERED:
            return
        known = record if isinstance(record, Mapping) else None
        name = known.get("id") if known is not None else getattr(record, "id", None)
        made = known.get("created_at") if known is not None else getattr(record, "created_at", None)
        if isinstance(made, datetime):
            made = times.spell(made)
        if isinstance(name, str) and isinstance(made, str):
            self.returns[name] = times.show(times.second(made))
