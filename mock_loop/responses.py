"""What an endpoint answers, before it is put on the wire."""

import json
from dataclasses import dataclass, field
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":")).encode


def dump(data: Any) -> bytes:
    """JSON without blanks, as Loop sends it."""
    return _encode(data).encode()


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    broken: str | None = None
    """How the connection shall fail while this is sent; None: it does not."""


def ok(data: Any) -> Response:
    return Response(200, dump(data))
