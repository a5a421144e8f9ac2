"""Singer messages in: the whole input is read and checked before anything is done.

Only so can a row that is no action, or one action too many, stop the run before
its first request. The last STATE is kept for when all rows have an outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from loop_returns.errors import InputRefused
from loop_returns.http.envelopes import exact_number
from target_loopreturns.actions.action import Action, NoAction, read_action, unknown_columns
from target_loopreturns.actions.kinds import KINDS

log = logging.getLogger("target-loopreturns")

_SHOWN = 10  # rows that do not fit


@dataclass(slots=True)
class Input:
    """What was read: each action once, in the order of the input."""

    actions: list[Action] = field(default_factory=list)
    rows: int = 0
    state: dict[str, Any] | None = None


def read(lines: Iterable[str | bytes], stream_map: Mapping[str, str]) -> Input:
    """Read all messages.

    Raises:
        InputRefused: a line that is no message, or rows that are no actions.
    """
    found = Input()
    seen: dict[tuple[str, str], Action] = {}
    ignored: dict[str, set[str]] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        message = _parse(line, number)
        kind = message["type"]
        if kind == "STATE":
            found.state = message
        elif kind == "BATCH":
            raise InputRefused(f"Line {number}: BATCH messages are not read; send RECORD ones.")
        elif kind == "RECORD":
            found.rows += 1
            stream = _kind(message, stream_map, number)
            record = message["record"]
            ignored.setdefault(stream, set()).update(unknown_columns(stream, record))
            try:
                action = read_action(stream, record, number)
                if _is_new(action, seen):
                    found.actions.append(action)
            except NoAction as problem:
                problems.append(f"line {number}, stream {message['stream']}, {problem}")
    for further in problems[1:_SHOWN]:
        log.error("Refused: %s.", further)
    if problems:
        rows = "A row does" if len(problems) == 1 else f"{len(problems)} rows do"
        raise InputRefused(f"{rows} not fit; nothing was done. Refused: {problems[0]}.")
    for stream, names in ignored.items():
        if names:
            log.info("%s: columns that are no part of an action: %s", stream, ", ".join(names))
    return found


def _parse(line: str | bytes, number: int) -> dict[str, Any]:
    try:
        message = _DECODER.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise InputRefused(
            f"Line {number} is not a Singer message: it is not JSON, or has a number out of range."
        ) from None
    wanted = {"RECORD": ("stream", "record"), "STATE": ("value",)}
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise InputRefused(f"Line {number} is not a Singer message: it has no type.")
    if missing := [name for name in wanted.get(message["type"], ()) if name not in message]:
        raise InputRefused(f"Line {number}: a {message['type']} without '{missing[0]}'.")
    return message


def _kind(message: Mapping[str, Any], stream_map: Mapping[str, str], number: int) -> str:
    stream = message["stream"]
    if not isinstance(stream, str) or not isinstance(message["record"], dict):
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
    return str(kind)


def _is_new(action: Action, seen: dict[tuple[str, str], Action]) -> bool:
    """Whether an action is not a repeated row."""
    before = seen.setdefault(action.key, action)
    if before.content != action.content:
        raise NoAction(
            "action_id", f"is that of another action, on line {before.line}; give each its own"
        )
    return before is action


def _number(text: str) -> int | Decimal:
    """A number as databases send it: 7.0 for an integer of a numeric column.

    Raises:
        ValueError: written out, it would fill the memory.
    """
    number = exact_number(text)
    return int(number) if number == number.to_integral_value() else number


_DECODER = msgspec.json.Decoder(float_hook=_number)
