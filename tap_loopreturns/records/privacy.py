"""Personal data: kept, hashed or dropped, wherever a schema marks it. Pure.

A schema marks a value with `x-pii` and its kind (email, name, phone, address,
comment, link), or `whole` for an object in which anything may be personal.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, Literal

from loop_returns.errors import SettingsError

_SHORTEST_HASH_KEY = 16

Mode = Literal["keep", "hash", "drop"]


class Privacy:
    """How personal values leave the tap.

    A hash is HMAC-SHA-256 in hex, so it cannot be made, or tried out, without
    the key; equal values have equal hashes in all streams, and an e-mail address
    has the same hash in capitals.
    """

    def __init__(self, mode: Mode = "keep", key: str = "") -> None:
        self.mode = mode
        self._key = key.encode()

    def leaf(self, kind: str | None) -> Callable[[Any], Any] | None:
        """What to do to a single value with this mark; None where it stays as it is."""
        if kind is None or self.mode == "keep":
            return None
        if self.mode == "drop":
            return _drop
        return self._hash_email if kind == "email" else self._hash

    def whole(self, kind: str | None) -> Callable[[Any], Any] | None:
        """The same for an object or list of unknown shape."""
        if kind is None or self.mode == "keep":
            return None
        return _drop if self.mode == "drop" else self._hash_all

    def _hash(self, value: object) -> str | None:
        if value is None:
            return None
        return hmac.digest(self._key, str(value).strip().encode(), "sha256").hex()

    def _hash_email(self, value: object) -> str | None:
        return self._hash(str(value).lower()) if value is not None else None

    def _hash_all(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._hash_name(name): self._hash_all(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._hash_all(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        return self._hash_email(value) if "@" in str(value) else self._hash(value)

    def _hash_name(self, name: str) -> str:
        """A name, or a JSON pointer, with the parts hashed that are e-mail addresses."""
        return "/".join(
            self._hash_email(part) or "" if "@" in part else part for part in name.split("/")
        )


def _drop(_value: object) -> None:
    return None


def check_hash_key(given: Mapping[str, Any], pii: Mode) -> str:
    """The key of hashes, long enough where they are made.

    Raises:
        SettingsError: it is not.
    """
    key = given.get("pii_hash_key", "")
    if not isinstance(key, str) or (pii == "hash" and len(key) < _SHORTEST_HASH_KEY):
        raise SettingsError(
            "pii_hash_key", f"is needed by pii: hash; give {_SHORTEST_HASH_KEY} characters or more."
        )
    return key
