"""Singer messages in: the whole input is read and checked before anything is done.

Only so can a row that is no action, or one action too many, stop the run before
its first request. The last STATE is kept for when all rows have an outcome.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from loop_returns.errors import InputRefused
from target_loopreturns.actions.action import Action, NoAction, read_action, unknown_columns
from target_loopreturns.actions.column_forms import exact
from target_loopreturns.actions.schemas import KINDS

log = logging.getLogger("target-loopreturns")

_SHOWN = 10  # rows that do not fit
_SHOP = ("shop", "SHOP")
"""Whose a row is, where there are many: a part of the row, if not of the action."""


@dataclass(slots=True)
class Input:
    """What was read: each action once, in the order of the input."""

    actions: list[Action] = field(default_factory=list)
    rows: int = 0
    state: str | None = None
    """The value of the last STATE, as it came."""
    unfinished: set[str] = field(default_factory=set)
    """Kinds with rows after the last STATE: the tap may have broken off amid them."""


def read(lines: Iterable[str | bytes], stream_map: Mapping[str, str]) -> Input:
    """Read all messages.

    Raises:
        InputRefused: a line that is no message, or rows that are no actions.
    """
    return read_numbered(enumerate(lines, 1), stream_map)


def read_numbered(lines: Iterable[tuple[int, str | bytes]], stream_map: Mapping[str, str]) -> Input:
    """Read messages, each with its line's number in the input (see `read`)."""
    found = Input()
    seen: dict[tuple[str, str], Action] = {}
    ignored: dict[str, set[str]] = {}
    problems: list[str] = []
    for number, line in lines:
        if not line.strip():
            continue
        message = _parse(line, number)
        kind = message.type
        if kind == "STATE":
            found.state = _as_it_came(message.value, number)
            found.unfinished.clear()
        elif kind == "BATCH":
            raise InputRefused(f"Line {number}: BATCH messages are not read; send RECORD ones.")
        elif kind == "RECORD":
            found.rows += 1
            stream, record = _row(message, stream_map, number)
            found.unfinished.add(stream)
            ignored.setdefault(stream, set()).update(unknown_columns(stream, record))
            try:
                action = read_action(stream, record, number)
                if _is_new(action, seen):
                    found.actions.append(action)
            except NoAction as problem:
                name = _DECODER.decode(message.stream)
                problems.append(f"line {number}, stream {name}, {problem}")
    for further in problems[1:_SHOWN]:
        log.error("Refused: %s.", further)
    if problems:
        rows = "A row does" if len(problems) == 1 else f"{len(problems)} rows do"
        raise InputRefused(f"{rows} not fit; nothing was done. Refused: {problems[0]}.")
    for stream, names in ignored.items():
        names.difference_update(_SHOP)
        if names:
            log.info("%s: columns that are no part of an action: %s", stream, ", ".join(names))
    return found


class _Message(msgspec.Struct):
    """A Singer message; what is in it stays as it came until it is needed."""

    type: str
    stream: msgspec.Raw = msgspec.Raw()
    record: msgspec.Raw = msgspec.Raw()
    value: msgspec.Raw = msgspec.Raw()


def _parse(line: str | bytes, number: int) -> _Message:
    try:
        message = _MESSAGES.decode(line)
    except msgspec.ValidationError:
        raise InputRefused(f"Line {number} is not a Singer message: it has no type.") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise _no_json(number) from None
    wanted = {"RECORD": ("stream", "record"), "STATE": ("value",)}
    for name in wanted.get(message.type, ()):
        if not bytes(getattr(message, name)):
            raise InputRefused(f"Line {number}: a {message.type} without '{name}'.")
    return message


def _no_json(number: int) -> InputRefused:
    return InputRefused(
        f"Line {number} is not a Singer message: it is not JSON, or has a number out of range."
    )


def _row(
    message: _Message, stream_map: Mapping[str, str], number: int
) -> tuple[str, dict[str, Any]]:
    """The kind of a RECORD, and its record."""
    try:
        stream, record = _DECODER.decode(message.stream), _DECODER.decode(message.record)
        json.dumps(record, default=str)  # what is nested too deeply for that could not be sent
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise _no_json(number) from None
    if not isinstance(stream, str) or not isinstance(record, dict):
        raise InputRefused(
            f"Line {number} is not a Singer message: a RECORD has the name of a stream and an "
            "object."
        )
    kind = stream_map.get(stream, stream)
    if kind not in KINDS:
        raise InputRefused(
            f"Line {number}: the stream '{stream}' is no kind of action. Deselect it in the tap, "
            f"or name its kind in 'stream_map': one of {', '.join(KINDS)}."
        )
    return kind, record


def _as_it_came(value: msgspec.Raw, number: int) -> str:
    """A STATE's value, digit for digit; only its encoding is looked at."""
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        raise _no_json(number) from None


def _is_new(action: Action, seen: dict[tuple[str, str], Action]) -> bool:
    """Whether an action is not a repeated row."""
    before = seen.setdefault(action.key, action)
    if before.content != action.content:
        raise NoAction(
            ("action_id", f"is that of another action, on line {before.line}; give each its own")
        )
    return before is action


_MESSAGES = msgspec.json.Decoder(_Message)
_DECODER = msgspec.json.Decoder(float_hook=exact)
