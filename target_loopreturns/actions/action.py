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
from target_loopreturns.actions.column_forms import as_meant
from target_loopreturns.actions.schemas import PERMISSIONS

_IDS = ("id", "return_id", "line_item_id", "shop_id")
_NAMING = ("id", "token", "label_request_id", "external_id", "variant_external_id", "type", "topic")
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
        if "order_name" in fields:
            return f"return of order {fields['order_name']}"
        name = next((str(fields[one]) for one in _NAMING if fields.get(one)), None)
        return f"{self.stream} {name}" if name else self.stream

    @property
    def content(self) -> str:
        """A digest of what it does; equal actions have equal ones."""
        whole = [self.stream, self.name, self.fields]
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class NoAction(Exception):  # noqa: N818  the row is, the program is not in error
    """A row that does not fit its kind: each field, and what is wrong, without its value."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        told = dict.fromkeys(f"field '{field}' {problem}" for field, problem in problems)
        super().__init__(", ".join(told))


def read_action(stream: str, record: Mapping[str, Any], line: int) -> Action:
    """Take a row of a kind for an action.

    Raises:
        NoAction: it does not fit the kind's schema; all that is wrong with it is told.
    """
    known = schemas.schema(stream)["properties"]
    columns, strange = _columns(stream, record)
    row = {
        name: as_meant(value, known[name])
        for name, value in columns.items()
        # An unused column of a table with several kinds of action is null, or empty.
        if value not in (None, "")
    }
    if "default" in known["action"]:
        row.setdefault("action", known["action"]["default"])
    errors = sorted(schemas.validator(stream).iter_errors(row), key=lambda error: str(error.path))
    problems = [_near(name, known) for name in strange]
    problems += [problem for error in errors for problem in _in_words(error, row)]
    if told := [problem for problem in problems if problem]:
        raise NoAction(*told)
    row = {name: _canonical(name, value) for name, value in row.items()}
    identity, name = row.pop("action_id", None), row.pop("action")
    action = Action(stream, "", name, row, line)
    return Action(stream, identity or action.content, name, row, line)


def unknown_columns(stream: str, record: Mapping[str, Any]) -> list[str]:
    """Columns that are no part of the action, such as when its row was written."""
    return _columns(stream, record)[1]


def _columns(stream: str, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The columns that are known, by their names here, and the names of the others.

    Snowflake sends the names of columns in capitals. Of two that differ in case alone, the
    one that is spelt as it is here counts.
    """
    known = schemas.schema(stream)["properties"]
    found: dict[str, Any] = {}
    strange = []
    for name in record:
        meant = name if name in known else name.lower()
        if meant not in known:
            strange.append(name)
        elif meant == name or meant not in record:
            found[meant] = record[name]
    return found, strange


def _near(name: str, known: Mapping[str, Any]) -> tuple[str, str] | None:
    near = difflib.get_close_matches(name.lower(), known, 1, _CLOSE)
    return (name, f"is not known; did you mean '{near[0]}'?") if near else None


def _canonical(name: str, value: Any) -> Any:
    if name == "action_id":
        return str(value).strip()
    if name in _IDS:
        return str(int(value))
    if name == "line_item_ids":
        return [str(one) for one in sorted({int(one) for one in value})]
    return [int(one) for one in value] if name == "cart" else value


def _in_words(error: ValidationError, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a row, without showing what is in it."""
    path = [str(part) for part in error.path]
    rule = str(error.validator)
    wants: Any = error.validator_value
    instance: Any = error.instance
    if rule == "required":
        missing = [name for name in wants if name not in instance]
        return [(".".join([*path, name]), "is missing") for name in missing]
    if rule == "anyOf":
        ways = [" and ".join(f"'{name}'" for name in way["required"]) for way in wants]
        return [(wants[0]["required"][0], f"is missing; give {', or '.join(ways)}")]
    return [(".".join(path), _PROBLEMS[rule].format(wants=_names(wants), **row))]


_PROBLEMS = {
    "not": "does not belong to the action '{action}'",
    "enum": "accepts one of {wants}",
    "type": "must be of type {wants}",
    "maxItems": "has more than {wants} of them",
    "maxLength": "is too long; Loop takes {wants} characters at most",
    "minLength": "is empty",
    "minimum": "is less than {wants}",
    "minItems": "is an empty list",
    "minProperties": "is an empty object",
    "pattern": "is not in the form that Loop knows ({wants})",
}


def _names(wants: Any) -> str:
    return ", ".join(map(str, wants)) if isinstance(wants, list) else str(wants)
