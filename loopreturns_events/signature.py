"""Loop's signature of a webhook: base64 of HMAC-SHA256 over the raw body.

It comes in the header X-Loop-Signature. Three independent receivers in
production compute it so; there is neither an id of the delivery nor a time in
it, so a delivery that is sent again by someone else cannot be told from a retry.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Loop-Signature"
_LENGTH = hashlib.sha256().digest_size


def sign(body: bytes, secret: bytes) -> str:
    """The header's value for a body."""
    return base64.b64encode(hmac.digest(secret, body, "sha256")).decode()


def parse(given: str) -> bytes | None:
    """The 32 bytes that a header's value stands for; None if it can be no signature."""
    try:
        digest = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == _LENGTH else None


def matches(body: bytes, signature: bytes, secrets: Iterable[bytes]) -> bool:
    """Whether one of the secrets has made the signature; takes equally long for each of them."""
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(hmac.digest(secret, body, "sha256"), signature)
    return found
