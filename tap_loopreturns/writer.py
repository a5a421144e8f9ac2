"""Singer messages to stdout, a page of records at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class PageWriter(MsgSpecWriter):
    """The SDK's msgspec writer, which also writes many records of a stream at once."""

    def write_records(
        self, stream: str, records: Iterable[dict[str, Any]], version: int | None
    ) -> None:
        """Write a RECORD message for each record; they count as extracted at the same time."""
        message: dict[str, Any] = {"type": "RECORD", "stream": stream, "record": None}
        if version is not None:
            message["version"] = version
        message["time_extracted"] = datetime.now(UTC).isoformat()
        buffer = bytearray()
        for record in records:
            message["record"] = record
            _ENCODER.encode_into(message, buffer, -1)
            buffer += b"\n"
            if len(buffer) > 1_000_000:  # noqa: PLR2004
                sys.stdout.buffer.write(buffer)
                buffer.clear()
        sys.stdout.buffer.write(buffer)
        sys.stdout.flush()
