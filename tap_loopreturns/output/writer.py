"""Singer messages to stdout, a page of records at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import Message

from loop_returns.errors import OutputUnwritable, TargetGone

_ENOUGH = 250_000  # bytes to hold back
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class PageWriter(MsgSpecWriter):
    """The SDK's msgspec writer, which also writes many records of a stream at once."""

    busy = False
    """Amid writing: whoever stops here cuts a line."""

    def write_records(
        self,
        stream: str,
        records: Iterable[dict[str, Any] | msgspec.Struct],
        version: int | None,
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
            if len(buffer) > _ENOUGH:
                self._out(buffer)
                buffer.clear()
        self._out(buffer)

    def write_message(self, message: Message) -> None:
        """Write one message."""
        self._out(self.format_message(message))

    def _out(self, lines: bytearray) -> None:
        self.busy = True
        try:
            # Under PYTHONUNBUFFERED, as in many containers, a signal cuts a write short.
            left = memoryview(lines)
            while left:
                left = left[sys.stdout.buffer.write(left) :]
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_output()
            raise TargetGone("The target has ended; see its own messages.") from None
        except OSError as error:
            _forget_output()
            raise OutputUnwritable(
                f"The output cannot be written: {error.strerror}. The last whole STATE in it is "
                "valid; make room, and the next run resumes there."
            ) from None
        finally:
            self.busy = False


def _forget_output() -> None:
    """Let Python, at its end, flush what cannot be written to nowhere; it would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
