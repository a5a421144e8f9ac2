"""Rows in their usual forms, decoded and cleaned several times as fast. Pure.

A schema is compiled into msgspec structs, which check types and names while they
decode, in C, and into a function for each that sees to what is left: ids, amounts
and date-times. As in dataclasses, the function is written out as source, since a
loop over the names of fields costs four times as much.

Whatever is out of the ordinary (a field that the schema does not know, an object
where text is meant) is given up, and `cleaner.Cleaner` reads the row instead. Both
make the same of every row; this is a matter of speed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from loop_returns.http.envelopes import exact_number
from tap_loopreturns.records import values
from tap_loopreturns.records.values import Unclean

Schema = Mapping[str, Any]

_REMEMBERED = 20_000
_ID = Annotated[str, msgspec.Meta(max_length=values.LONGEST_ID)]
_plain: set[str | UnsetType | None] = {None, UNSET}
"""Amounts that are as they should be; they recur by the thousand."""


class FastCleaner:
    """Reads the rows of one stream, as JSON, into structs that encode as its records do."""

    def __init__(self, schema: Schema, keys: tuple[str, ...]) -> None:
        shape, self._fix = _Compiled("Row", schema, missing=None).both()
        self._decode = msgspec.json.Decoder(shape, float_hook=exact_number).decode
        self._keys = [attrgetter(key) for key in keys]

    def __call__(self, row: msgspec.Raw) -> Struct | None:
        """The record of a row; None where it must be read with more care."""
        try:
            record: Struct = self._decode(row)
            self._fix(record)
        except (msgspec.DecodeError, Unclean, ValueError, OverflowError, RecursionError):
            return None
        for key in self._keys:
            if key(record) is None:
                return None
        return record


def as_dict(record: Struct) -> dict[str, Any]:
    """A struct's record as a dict; what it leaves out is left out."""
    found: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(Decimal,))
    return found


class _PhpMoment(Struct, forbid_unknown_fields=True):
    """A serialized PHP DateTime."""

    date: datetime
    timezone_type: int
    timezone: str


class _Compiled:
    """The struct of an object's schema, and the function that sees to what is in it."""

    def __init__(self, name: str, schema: Schema, *, missing: UnsetType | None = UNSET) -> None:
        self._name = name
        self._missing = missing
        """What a field is that Loop does not send."""
        self._fields: list[tuple[str, Any, Any]] = []
        self._known: dict[str, Any] = {
            "UNSET": UNSET,
            "UTC": UTC,
            "nothing": values.NONE,
            "plain": _plain,
            "amount": _amount,
            "codes": _codes,
            "read": datetime.fromisoformat,
            "in_utc": _in_utc,
            "Php": _PhpMoment,
            "php": _php,
            "no_grade": _no_grade,
        }
        properties = schema["properties"]
        made = {f"{name}_detail" for name, node in properties.items() if _loop(node) == "grade"}
        self._lines = [
            line
            for field, node in properties.items()
            if _loop(node) != "additional" and field not in made
            for line in self._field(field, node, properties)
        ]

    def both(self) -> tuple[type[Struct], Callable[[Any], None]]:
        """The struct and the function."""
        source = "\n    ".join(["def fix(record):", "pass", *self._lines])
        exec(source, self._known)  # noqa: S102  made of the names in our own schema files
        shape = msgspec.defstruct(self._name, self._fields, forbid_unknown_fields=True, gc=False)
        return shape, self._known["fix"]

    def _field(self, field: str, node: Schema, properties: Schema) -> Iterator[str]:
        yield f"value = record.{field}"
        if {"object", "array"}.intersection(node["type"]):
            yield from self._nested(field, node)
        elif _loop(node) == "grade":
            yield from self._grade(field, properties[f"{field}_detail"])
        else:
            shape, lines = _leaf(node)
            self._declare(field, shape, self._missing)
            yield from (line.format(field) for line in lines)

    def _declare(self, field: str, shape: Any, missing: UnsetType | None) -> None:
        if not field.isidentifier():
            raise ValueError(field)
        self._fields.append((field, shape | None | UnsetType, missing))

    def _nested(self, field: str, node: Schema) -> Iterator[str]:
        shape, fix = self._below(field, node)
        self._declare(field, shape, UNSET)
        yield f"if value is None: record.{field} = UNSET"
        if fix:
            yield f"elif value is not UNSET: {fix}"

    def _below(self, field: str, node: Schema) -> tuple[Any, str | None]:
        if "properties" in node:
            return self._inner(field, node), f"fix_{field}(value)"
        if "object" in node["type"]:
            return dict[str, Any], None
        item = node["items"]
        if "properties" in item:
            return (
                list[self._inner(field, item) | None],  # type: ignore[misc]
                f"[fix_{field}(one) for one in value if one is not None]",
            )
        if _loop(item) == "id":
            return list[_ID | int | None], f"record.{field} = codes(value)"
        return list[str | None], None

    def _inner(self, field: str, node: Schema) -> Any:
        shape, fix = _Compiled(f"{self._name}_{field}", node).both()
        self._known[f"fix_{field}"] = fix
        return shape

    def _grade(self, field: str, node: Schema) -> Iterator[str]:
        shape = self._inner(field, node)
        self._known[f"Shape_{field}"] = shape
        self._declare(field, str | shape, self._missing)
        self._declare(f"{field}_detail", shape, UNSET)
        yield f"if value.__class__ is Shape_{field}:"
        yield f"    fix_{field}(value)"
        yield f"    record.{field}_detail = value"
        yield f"    record.{field} = value.grade"
        yield f"elif record.{field}_detail is not UNSET: no_grade()"


def _loop(node: Schema) -> str | None:
    kind: str | None = node.get("x-loop")
    return kind


def _leaf(node: Schema) -> tuple[Any, tuple[str, ...]]:
    if _loop(node) == "money":
        return str | int, ("if value not in plain: record.{0} = amount(value)",)
    if node.get("format") == "date-time":
        return str | _PhpMoment, (
            "if value.__class__ is str:",
            "    if value in nothing: record.{0} = None",
            "    else:",
            "        found = read(value)",
            "        record.{0} = found if found.tzinfo is UTC else in_utc(found)",
            "elif value.__class__ is Php: record.{0} = php(value)",
        )
    if _loop(node) in {"id", "code"}:
        return (_ID if _loop(node) == "id" else str) | int, (
            "if value.__class__ is str:",
            "    if value in nothing: record.{0} = None",
            "elif value.__class__ is int: record.{0} = str(value)",
        )
    for kind, shape in (("integer", int), ("number", int), ("boolean", bool)):
        if kind in node["type"]:
            return shape, ()
    return str, ()


def _amount(value: str | int) -> str | None:
    amount = values.money(value)
    if amount == value:
        if len(_plain) >= _REMEMBERED:
            _plain.clear()
            _plain.update((None, UNSET))
        _plain.add(amount)
    return amount


def _codes(found: list[Any]) -> list[str | None]:
    return [None if code is None else values.code(code) for code in found]


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _php(moment: _PhpMoment) -> datetime:
    if moment.timezone != "UTC":
        raise Unclean("UTC", None)
    return moment.date.replace(tzinfo=UTC)


def _no_grade() -> None:
    raise Unclean("a grade beside its details", None)
