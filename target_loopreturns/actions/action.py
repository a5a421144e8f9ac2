"""From a row to an action: checked against its kind's schema, and given an identity. Pure."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

from target_loopreturns.actions import schemas
from target_loopreturns.actions.schemas import PERMISSIONS

_IDS = ("id", "return_id")
_NAMES = (*_IDS, "action_id", "token")
_LISTS = ("line_item_ids", "cart")
_CLOSE = 0.85  # how much an unknown name resembles one that is known, to be a slip


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do, once. `fields` hold what the row says, in one form, without nulls."""

    stream: str
    id: str
    """Its identity within the stream: given as `action_id`, or made from its content."""
    name: str
    fields: Mapping[str, Any]
    line: int = 0
    found_return: str | None = None
    """Loop's id of the return, where the row names it otherwise: by its order's name."""

    @property
    def key(self) -> tuple[str, str]:
        """What the ledger knows it by."""
        return self.stream, self.id

    @property
    def return_id(self) -> str | None:
        """The return that it is about, if it is about one."""
        return self.fields.get("return_id") or self.found_return

    @property
    def permission(self) -> str | None:
        """What `allow` must name for it."""
        return self.name if self.name in PERMISSIONS else None

    @property
    def subject(self) -> str:
        """What it is about, without personal data."""
        fields = self.fields
        if self.return_id:
            return f"return {self.return_id}"
        name = fields.get("id") or fields.get("token") or fields.get("type") or fields.get("topic")
        return f"{self.stream} {name}" if name else self.stream

    @property
    def content(self) -> str:
        """A digest of what it does; equal actions have equal ones."""
        whole = [self.stream, self.name, self.fields]
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class NoAction(Exception):  # noqa: N818  the row is, the program is not in error
    """A row that does not fit its kind: the field, and what is wrong, without its value."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"field '{field}' {problem}")
        self.field = field


def read_action(stream: str, record: Mapping[str, Any], line: int) -> Action:
    """Take a row of a kind for an action.

    Raises:
        NoAction: it does not fit the kind's schema.
    """
    schema = schemas.schema(stream)
    known = schema["properties"]
    row = {
        name: _in_one_form(name, value)
        for name, value in record.items()
        # An unused column of a table with several kinds of action is null, or empty.
        if name in known and value not in (None, "")
    }
    for name in unknown_columns(stream, record):
        if near := difflib.get_close_matches(name, known, 1, _CLOSE):
            raise NoAction(name, f"is not known; did you mean '{near[0]}'?")
    if "default" in known["action"]:
        row.setdefault("action", known["action"]["default"])
    errors = sorted(schemas.validator(stream).iter_errors(row), key=lambda error: str(error.path))
    if errors:
        raise _in_words(errors[0], row)
    row = {name: _canonical(name, value) for name, value in row.items()}
    identity, name = row.pop("action_id", None), row.pop("action")
    action = Action(stream, "", name, row, line)
    return Action(stream, identity or action.content, name, row, line)


def unknown_columns(stream: str, record: Mapping[str, Any]) -> list[str]:
    """Columns that are no part of the action, such as when its row was written."""
    known = schemas.schema(stream)["properties"]
    return [name for name in record if name not in known]


def _in_one_form(name: str, value: Any) -> Any:
    """Ids without blanks; lists also from text: 1,2 or as databases write them, {1,2} or ["1"]."""
    if isinstance(value, str) and name in _LISTS:
        parts = [part.strip(" \"'") for part in value.strip(" {}[]").split(",")]
        return [part for part in parts if part]
    return value.strip() if isinstance(value, str) and name in _NAMES else value


def _canonical(name: str, value: Any) -> Any:
    if name == "action_id":
        return str(value)
    if name in _IDS:
        return str(int(value))
    if name == "line_item_ids":
        return [str(one) for one in sorted({int(one) for one in value})]
    return [int(one) for one in value] if name == "cart" else value


def _in_words(error: ValidationError, row: Mapping[str, Any]) -> NoAction:
    """What is wrong with a row, without showing what is in it."""
    path = [str(part) for part in error.path]
    rule = str(error.validator)
    wants: Any = error.validator_value
    instance: Any = error.instance
    if rule == "required":
        path.append(next(name for name in wants if name not in instance))
        return NoAction(".".join(path), "is missing")
    if rule == "anyOf":
        ways = [" and ".join(f"'{name}'" for name in way["required"]) for way in wants]
        return NoAction(wants[0]["required"][0], f"is missing; give {', or '.join(ways)}")
    return NoAction(".".join(path), _PROBLEMS[rule].format(wants=_names(wants), **row))


_PROBLEMS = {
    "not": "does not belong to the action '{action}'",
    "enum": "accepts one of {wants}",
    "type": "must be of type {wants}",
    "maxLength": "is too long; Loop takes {wants} characters at most",
    "minLength": "is empty",
    "minimum": "is less than {wants}",
    "minItems": "is an empty list",
    "minProperties": "is an empty object",
    "pattern": "is not in the form that Loop knows ({wants})",
}


def _names(wants: Any) -> str:
    return ", ".join(map(str, wants)) if isinstance(wants, list) else str(wants)
