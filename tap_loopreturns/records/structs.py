"""The structs of a schema, and the functions that see to what is in them. Pure.

A schema is compiled into msgspec structs, which check types and names while they
decode, in C, and into a function for each that sees to what is left: ids, amounts
and date-times. As in dataclasses, the function is written out as source, since a
loop over the names of fields costs four times as much.

Ids and date-times are strict at first: text of some length, and RFC 3339, both checked
in C. A field in which Loop sends another form is made loose, and seen to here; that
costs it, and no other, about 0.15 µs more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tap_loopreturns.records import values
from tap_loopreturns.records.values import Unclean

Schema = Mapping[str, Any]
Path = tuple[str, ...]
"""Names of fields that lead to an object, or to a field; lists do not count."""
Aside = tuple[str, str, Any]
"""A value of a field that the schema does not know: its pointer, its field and itself."""

_REMEMBERED = 20_000
_ID = Annotated[str, msgspec.Meta(max_length=values.LONGEST_ID)]
_LONGER = max(map(len, values.NONE)) + 1
"""Characters of what cannot stand for nothing."""
_STRICT: Mapping[str, Any] = {
    "id": Annotated[str, msgspec.Meta(min_length=_LONGER, max_length=values.LONGEST_ID)],
    "code": Annotated[str, msgspec.Meta(min_length=_LONGER)],
}
_plain: set[str | UnsetType | None] = {None, UNSET}
"""Amounts that are as they should be; they recur by the thousand."""


class _PhpMoment(Struct, forbid_unknown_fields=True):
    """A serialized PHP DateTime."""

    date: datetime
    timezone_type: int
    timezone: str


class Compiled:
    """The struct of an object's schema, and the function that sees to what is in it.

    Args:
        schema: The object's.
        learned: Fields that the schema does not know, by the path of their object; the
            function keeps their values aside.
        loose: Fields that take every form that is understood, by their path.
        path: Of the object, within the row.
        shown: The path as it is reported.
        missing: What a field is that Loop does not send.
    """

    def __init__(  # noqa: PLR0913  what a schema is, what was learned, and where it stands
        self,
        schema: Schema,
        learned: Mapping[Path, tuple[str, ...]],
        loose: Collection[Path] = (),
        path: Path = (),
        *,
        shown: str = "",
        missing: UnsetType | None = UNSET,
    ) -> None:
        self._name = "_".join(("Row", *path))
        self.strict: set[Path] = set()
        """Fields that could be made loose."""
        self._learned = learned
        self._loose = loose
        self._path = path
        self._shown = shown
        self._missing = missing
        self.keeps_aside = not path or any(known[: len(path)] == path for known in learned)
        self._renamed: dict[str, str] = {}
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
            "ours": _ours,
        }
        properties = schema["properties"]
        made = {f"{name}_detail" for name, node in properties.items() if _loop(node) == "grade"}
        self._lines = [
            line
            for field, node in properties.items()
            if _loop(node) != "additional" and field not in made
            for line in self._field(field, node, properties)
        ]
        self._lines += self._take_in(learned.get(path, ()))

    def both(self) -> tuple[type[Struct], Callable[..., None]]:
        """The struct, and the function: of a record and, with `keeps_aside`, two things more.

        These are the pointer of the record and a list of `Aside`, which it adds to.
        """
        given = "record, at, aside" if self.keeps_aside else "record"
        source = "\n    ".join([f"def fix({given}):", "pass", *self._lines])
        exec(source, self._known)  # noqa: S102  names of our own schema files, and learned words
        shape = msgspec.defstruct(
            self._name, self._fields, rename=self._renamed, forbid_unknown_fields=True, gc=False
        )
        return shape, self._known["fix"]

    def _take_in(self, names: tuple[str, ...]) -> Iterator[str]:
        """Declare fields that the schema does not know, and keep their values aside."""
        if not self._path and self._learned:
            self._fields.append(("additional_fields", dict[str, Any] | UnsetType, UNSET))
            yield "if record.additional_fields is not UNSET: ours()"
        for number, name in enumerate(names):
            self._renamed[f"learned_{number}"] = name
            self._fields.append((f"learned_{number}", Any, UNSET))
            yield f"value = record.learned_{number}"
            yield "if value is not UNSET:"
            yield f"    record.learned_{number} = UNSET"
            yield "    if value is not None:"
            yield f"        aside.append((at + '/{name}', '{self._shown}/{name}', value))"

    def _field(self, field: str, node: Schema, properties: Schema) -> Iterator[str]:
        if {"object", "array"}.intersection(node["type"]):
            yield from self._nested(field, node)
        elif _loop(node) == "grade":
            yield from self._grade(field, properties[f"{field}_detail"])
        else:
            yield from self._single(field, node)

    def _single(self, field: str, node: Schema) -> Iterator[str]:
        """Declare a field that is a single value."""
        path = (*self._path, field)
        shape, lines = _leaf(node)
        if path not in self._loose and (strict := _strict(node)):
            self.strict.add(path)
            shape, lines = strict
        self._declare(field, shape, self._missing)
        if lines:
            yield f"value = record.{field}"
        yield from (line.format(field) for line in lines)

    def _declare(self, field: str, shape: Any, missing: UnsetType | None) -> None:
        if not field.isidentifier():
            raise ValueError(field)
        self._fields.append((field, shape if shape is Any else shape | None | UnsetType, missing))

    def _nested(self, field: str, node: Schema) -> Iterator[str]:
        shape, fix = self._below(field, node)
        self._declare(field, shape, UNSET)
        yield f"value = record.{field}"
        yield f"if value is None: record.{field} = UNSET"
        if fix:
            yield f"elif value is not UNSET: {fix}"

    def _below(self, field: str, node: Schema) -> tuple[Any, str | None]:
        if "properties" in node:
            shape, given = self._inner(field, node, f"/{field}", f"at + '/{field}'")
            return shape, f"fix_{field}(value{given})"
        if "object" in node["type"]:
            return dict[str, Any], None
        item = node["items"]
        if "properties" in item:
            shape, given = self._inner(field, item, f"/{field}/*", f"f'{{at}}/{field}/{{place}}'")
            one = "place, one in enumerate(value)" if given else "one in value"
            return list[shape | None], f"[fix_{field}(one{given}) for {one} if one is not None]"  # type: ignore[valid-type]
        if _loop(item) == "id":
            return list[_ID | int | None], f"record.{field} = codes(value)"
        return list[str | None], None

    def _inner(self, field: str, node: Schema, shown: str, at: str) -> tuple[Any, str]:
        """The struct of a nested object, and what its function is given besides the object."""
        path = (*self._path, field)
        inner = Compiled(node, self._learned, self._loose, path, shown=self._shown + shown)
        shape, self._known[f"fix_{field}"] = inner.both()
        self.strict |= inner.strict
        return shape, f", {at}, aside" if inner.keeps_aside else ""

    def _grade(self, field: str, node: Schema) -> Iterator[str]:
        # What is in it goes to another field, so its unknown fields are not learned.
        inner = Compiled(node, {}, self._loose, (*self._path, field))
        shape, self._known[f"fix_{field}"] = inner.both()
        self.strict |= inner.strict
        self._known[f"Shape_{field}"] = shape
        self._declare(field, str | shape, self._missing)
        self._declare(f"{field}_detail", shape, UNSET)
        yield f"value = record.{field}"
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
        return Any, (
            "if value not in plain:",
            "    record.{0} = str(value) if value.__class__ is int else amount(value)",
        )
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


def _strict(node: Schema) -> tuple[Any, tuple[str, ...]] | None:
    """As `_leaf`, of the usual form alone; None where that would spare nothing."""
    if node.get("format") == "date-time":
        return datetime, ("if value and value.tzinfo is not UTC: record.{0} = in_utc(value)",)
    shape = _STRICT.get(_loop(node) or "")
    return (shape, ()) if shape else None


def _amount(value: Any) -> str | None:
    amount = values.money(value)
    if amount == value:
        if len(_plain) >= _REMEMBERED:
            _plain.clear()
            _plain.update((None, UNSET))
        _plain.add(amount)
    return amount


def _codes(found: list[Any]) -> list[str | None]:
    if set(map(type, found)) == {int}:
        return list(map(str, found))
    return [None if code is None else values.code(code) for code in found]


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return datetime.combine(moment, moment.time(), UTC)  # a third of what `replace` costs


def _php(moment: _PhpMoment) -> datetime:
    if moment.timezone != "UTC":
        raise Unclean("UTC", None)
    return moment.date.replace(tzinfo=UTC)


def _ours() -> None:
    raise Unclean("another name than that of our own column", None)


def _no_grade() -> None:
    raise Unclean("a grade beside its details", None)
