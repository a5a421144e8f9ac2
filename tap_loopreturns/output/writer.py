"""Singer messages to stdout, a page of records at a time."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import Message, SchemaMessage

from loop_returns.errors import OutputUnwritable, TargetGone

_ENOUGH = 250_000  # bytes to hold back
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_COMMA = ord(",")


class PageWriter(MsgSpecWriter):
    """The SDK's msgspec writer, which also writes many records of a stream at once.

    Threads may share it: lines stay whole, and what a thread writes stays in its order.
    """

    busy = False
    """The main thread is amid writing: whoever stops it here cuts a line."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()
        """Held while something is written."""
        self._schemas: dict[str, bytes] = {}
        self._closed = False

    def write_records(
        self,
        stream: str,
        records: Iterable[dict[str, Any] | msgspec.Struct],
        version: int | None,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """Write a RECORD message for each record; they count as extracted at the same time.

        `beside` are fields that each record gets, before its own, which it does not have.
        """
        head = {"type": "RECORD", "stream": stream}
        tail: dict[str, Any] = {} if version is None else {"version": version}
        tail["time_extracted"] = datetime.now(UTC).isoformat()
        begin = _ENCODER.encode(head)[:-1] + b',"record":' + _ENCODER.encode(beside or {})[:-1]
        end = b"," + _ENCODER.encode(tail)[1:] + b"\n"
        buffer = bytearray()
        for record in records:
            buffer += begin
            if beside:
                place = len(buffer)
                _ENCODER.encode_into(record, buffer, -1)
                buffer[place] = _COMMA  # for its brace: the object has begun already
            else:
                buffer.pop()
                _ENCODER.encode_into(record, buffer, -1)
            buffer += end
            if len(buffer) > _ENOUGH:
                self._out(buffer)
                buffer.clear()
        self._out(buffer)

    def write_message(self, message: Message) -> None:
        """Write one message; a SCHEMA that is the same as the stream's last is passed over."""
        with self.lock:
            line = bytes(self.format_message(message))
            if isinstance(message, SchemaMessage):
                if self._schemas.get(message.stream) == line:
                    return
                self._schemas[message.stream] = line
            self._out(line)

    def write_line(self, line: bytes) -> None:
        """Write a line that is a message already."""
        self._out(line)

    def close(self) -> None:
        """Let nothing be written any more: whichever thread tries to ends there."""
        with self.lock:
            self._closed = True

    def _out(self, lines: bytes | bytearray) -> None:
        with self.lock:
            if self._closed:
                raise SystemExit
            is_main = threading.current_thread() is threading.main_thread()
            self.busy = is_main
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
                    f"The output cannot be written: {error.strerror}. The last whole STATE in it "
                    "is valid; make room, and the next run resumes there."
                ) from None
            finally:
                self.busy = False


def _forget_output() -> None:
    """Let Python, at its end, flush what cannot be written to nowhere; it would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
