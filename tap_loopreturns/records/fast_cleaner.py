"""Rows in their usual forms, decoded and cleaned several times as fast. Pure.

A row is decoded into structs that are compiled from the schema (`structs.Compiled`).
Whatever is out of the ordinary (an object where text is meant) is given up, and
`cleaner.Cleaner` reads the row instead. So is a field that the schema does not know,
but once only: Loop may add one to every row, so its name is learned. Both make the
same of every row; this is a matter of speed alone.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from loop_returns.http.envelopes import exact_number
from tap_loopreturns.records.structs import Aside, Compiled, Path, Schema
from tap_loopreturns.records.values import Unclean

_MOST_LEARNED = 100  # names that are data would make the structs endless
_UNKNOWN = re.compile(
    r"Object contains unknown field `(\w{1,60})`(?: - at `\$([\w.\[\]]*)`)?", re.ASCII
)
_OTHER_FORM = re.compile(r"[^$]* - at `\$([\w.\[\]]*)`", re.ASCII)
_OURS = "additional_fields"
_INDEX = re.compile(r"\[[^\]]*\]")


class FastCleaner:
    """Reads the rows of one stream, as JSON, into structs that encode as its records do.

    Args:
        schema: The stream's.
        keys: Fields that every record has.
        unknown: Counts the values of fields that the schema does not know.
    """

    def __init__(
        self, schema: Schema, keys: tuple[str, ...], unknown: Counter[str] | None = None
    ) -> None:
        self._schema = schema
        self._keys = [attrgetter(key) for key in keys]
        self._unknown = Counter[str]() if unknown is None else unknown
        self._learned: dict[Path, tuple[str, ...]] = {}
        self._loose: set[Path] = set()
        self._compile()

    def __call__(self, row: msgspec.Raw) -> Struct | None:
        """The record of a row; None where it must be read with more care."""
        aside: list[Aside] = []
        try:
            record: Struct = self._decode(row)
            self._fix(record, "", aside)
        except msgspec.ValidationError as error:
            self._learn(str(error))
            return None
        except (msgspec.DecodeError, Unclean, ValueError, OverflowError, RecursionError, TypeError):
            return None
        for key in self._keys:
            if key(record) is None:
                return None
        if aside:
            record.additional_fields = {pointer: value for pointer, _, value in aside}  # type: ignore[attr-defined]
            self._unknown.update(field for _, field, _ in aside)
        return record

    def _compile(self) -> None:
        compiled = Compiled(self._schema, self._learned, self._loose, missing=None)
        shape, self._fix = compiled.both()
        self._strict = compiled.strict
        self._decode = msgspec.json.Decoder(shape, float_hook=exact_number).decode

    def _learn(self, complaint: str) -> None:
        """Take up, for the rows to come, what this one had that the structs do not take."""
        if found := _UNKNOWN.fullmatch(complaint):
            self._learn_field(_path(found[2]), found[1])
        elif found := _OTHER_FORM.fullmatch(complaint):
            self._learn_form(_path(found[1]))

    def _learn_field(self, path: Path, name: str) -> None:
        """Take in a field that the schema does not know."""
        if sum(map(len, self._learned.values())) >= _MOST_LEARNED:
            return
        known = self._learned.get(path, ())
        if name not in (*known, _OURS):  # or it is where fields cannot be learned
            self._learned[path] = (*known, name)
            self._compile()

    def _learn_form(self, path: Path) -> None:
        """Let a field have all forms that are understood."""
        if path in self._strict:
            self._loose.add(path)
            self._compile()


def _path(shown: str | None) -> Path:
    return tuple(_INDEX.sub("", shown or "").split(".")[1:])


def as_dict(record: Struct | dict[str, Any]) -> dict[str, Any]:
    """A copy of a record as a dict, with date-times as text; what it leaves out is left out."""
    found: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(Decimal,))
    return found


def part(record: Struct, name: str) -> Any:
    """What a struct's record has in a field, structs as dicts; None where it has none."""
    value = getattr(record, name, UNSET)
    if value is UNSET:
        return None
    return msgspec.to_builtins(value, builtin_types=(Decimal, datetime))
