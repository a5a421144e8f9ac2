"""Remembers rows by their content, in bounded room: 11 characters of STATE each. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from loop_returns.errors import SettingsError

_BYTES = 8
"""With 2,000 remembered, a changed row is taken for one of them once in 10^16 times."""
MOST = 2_000


def fingerprint(row: Mapping[str, Any] | msgspec.Raw, *more: str) -> bytes:
    """Of a row's whole content, and of whatever else it depends on."""
    content = hashlib.blake2b(digest_size=_BYTES)
    content.update(
        row if isinstance(row, msgspec.Raw) else msgspec.json.encode(row, order="deterministic")
    )
    for text in more:
        content.update(text.encode())
    return content.digest()


class Fingerprints:
    """The fingerprints of rows, the newest `most` of them."""

    def __init__(self, known: Iterable[bytes] = (), most: int = MOST) -> None:
        self._most = most
        self._known = dict.fromkeys(list(known)[-most:])

    @classmethod
    def read(cls, text: object, most: int = MOST) -> Fingerprints:
        """Those that `show` has written; none, of None.

        Raises:
            SettingsError: it has not.
        """
        try:
            content = base64.b64decode(text or "", validate=True)  # type: ignore[arg-type]
        except (TypeError, ValueError, binascii.Error):
            raise SettingsError("--state", "holds fingerprints that cannot be read.") from None
        return cls((content[i : i + _BYTES] for i in range(0, len(content), _BYTES)), most)

    def __contains__(self, one: object) -> bool:
        return one in self._known

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._known)

    def add(self, one: bytes) -> None:
        """Remember one; the oldest is forgotten where there are too many."""
        self._known[one] = None
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def show(self) -> str:
        """As text, for STATE."""
        return base64.b64encode(b"".join(self._known)).decode()
