"""A row as Loop sends it → a record as the stream's schema promises. Pure.

The cleaner of a stream is compiled from its schema file, so the schema is the
one place that says what a field is: its type and format, `x-loop` for what JSON
Schema has no word for (code, money, whole, grade, many, one, flat, prices), and
`x-pii` for personal data. Fields that the schema does not know are kept in
`additional_fields`, by their JSON pointer within the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

import msgspec

from tap_loopreturns import values
from tap_loopreturns.errors import UncleanRecord
from tap_loopreturns.loop import envelopes
from tap_loopreturns.privacy import Privacy
from tap_loopreturns.quick import Quick, as_dict
from tap_loopreturns.values import Memo, Unclean

ADDITIONAL = "additional_fields"

Record = dict[str, Any]
Schema = Mapping[str, Any]
_Leaf = Callable[[Any], Any]
_Found = list[tuple[tuple[str | int, ...], Any]]
_Nested = Callable[[Any, _Found], Any]

_MONEY = Memo(values.money)
_AS_IT_IS: dict[_Leaf, type] = {
    values.text: str,
    values.code: str,
    values.integer: int,
    values.truth: bool,
}
"""The type of values that these leave as they are, unless they stand for none."""


class Cleaner:
    """Cleans the rows of one stream, in place.

    `unknown` collects the fields that were kept aside, each once, for one report
    a run.
    """

    def __init__(
        self, stream: str, schema: Schema, keys: tuple[str, ...], privacy: Privacy
    ) -> None:
        self.unknown: set[str] = set()
        self._stream = stream
        self._keys = keys
        self._clean = _Object(schema, privacy).clean
        self._schema = schema
        self._as_sent = privacy.mode == "keep"
        self._blank = dict.fromkeys(schema["properties"])
        mark = schema["properties"].get(ADDITIONAL, {}).get("x-pii")
        self._protect = privacy.whole(mark)

    def quickly(self, row: msgspec.Raw | Record) -> Record | msgspec.Struct:
        """The record of a row, where it may be a struct: with what is null left out of it.

        Raises:
            As when called.
        """
        if not isinstance(row, msgspec.Raw):
            return self(row)
        quick = self._quick(row) if self._as_sent else None
        return self(envelopes.parse(bytes(row), self._stream)) if quick is None else quick

    def read(self, row: msgspec.Raw | Record) -> Record:
        """The record of a row that may not be parsed yet.

        Raises:
            As when called.
        """
        record = self.quickly(row)
        if isinstance(record, msgspec.Struct):
            return {**self._blank, **as_dict(record)}
        return record

    @cached_property
    def _quick(self) -> Quick:
        return Quick(self._schema, self._keys)

    def __call__(self, row: Record) -> Record:
        """The record of a row.

        Raises:
            UncleanRecord: it lacks its key, or a field has no known form. The
                message names the record and the field, not the value.
        """
        found: _Found = []
        name = row.get(self._keys[0])
        try:
            record = {**self._blank, **self._clean(row, found)}
        except Unclean as trouble:
            raise UncleanRecord(
                f"{self._stream}: record {_shown(name)}, field {'/'.join(trouble.path)}: {trouble}."
            ) from None
        for key in self._keys:
            if record[key] is None:
                raise UncleanRecord(
                    f"{self._stream}: record {_shown(name)} has no '{key}', its key."
                )
        if found:
            kept = {_pointer(path): value for path, value in found}
            self.unknown.update(re.sub(r"/\d+(?=/|$)", "/*", pointer) for pointer in kept)
            record[ADDITIONAL] = self._protect(kept) if self._protect else kept
        return record


def _shown(name: object) -> str:
    if isinstance(name, (str, int)) and not isinstance(name, bool) and "@" not in str(name):
        return " ".join(str(name).split())[:40] or "without an id"
    return "without an id"


def asked_by(row: Mapping[str, Any], key: str, stream: str) -> str:
    """The id by which Loop is asked for what belongs to a row, fit for a path.

    Raises:
        UncleanRecord: it has none.
    """
    try:
        name = values.code(row.get(key))
    except Unclean:
        name = None
    if name is None:
        raise UncleanRecord(f"{stream}: a row of the list that it is read by has no '{key}'.")
    return quote(name, safe="")


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


class _Object:
    """Cleans an object in place; what its schema does not know is kept aside.

    Objects and lists that are null are left out (see `schema_files.may_be_left_out`).
    """

    def __init__(self, schema: Schema, privacy: Privacy) -> None:
        self._leaves: dict[str, tuple[type | None, _Leaf]] = {}
        self._nested: dict[str, _Nested] = {}
        self._grades: list[str] = []
        for name, node in schema["properties"].items():
            if node.get("x-loop") == "additional":
                continue
            if node.get("x-loop") == "grade":
                self._grades.append(name)
            compiled = _compile(node, privacy)
            if isinstance(compiled, _Deep):
                self._nested[name] = compiled.clean
            else:
                self._leaves[name] = (_AS_IT_IS.get(compiled), compiled)

    def clean(self, row: Any, found: _Found) -> Any:
        if type(row) is not dict:
            if row == []:  # PHP writes an empty object so
                return None
            raise Unclean("an object", row)
        for grade in self._grades:
            row = _graded(row, grade)
        leaf_of, nothing = self._leaves.get, values.NONE
        left_out: list[str] = []
        name = ""
        try:
            for name, value in row.items():
                if (leaf := leaf_of(name)) is not None:
                    as_it_is, clean = leaf
                    if value is not None and (type(value) is not as_it_is or value in nothing):
                        row[name] = clean(value)
                elif value is None or not self._go_below(row, name, value, found):
                    left_out.append(name)
        except Unclean as trouble:
            trouble.path.insert(0, name)
            raise
        except TypeError:  # a list or object looked up in a memo
            raise Unclean("a single value", row[name], name) from None
        for name in left_out:
            del row[name]
        return row

    def _go_below(self, row: Record, name: str, value: Any, found: _Found) -> bool:
        """Whether something is left in the row; what the schema does not know is kept aside."""
        nested = self._nested.get(name)
        if nested is None:
            found.append(((name,), value))
            return False
        row[name] = cleaned = _below(name, nested, value, found)
        return cleaned is not None


class _Deep:
    """A cleaner that may keep fields aside."""

    def __init__(self, clean: _Nested) -> None:
        self.clean = clean


def _below(name: str | int, deep: _Nested, value: Any, found: _Found) -> Any:
    """Clean a value below `name`, and lead the paths of what it keeps aside through it."""
    before = len(found)
    cleaned = deep(value, found)
    if len(found) > before:
        found[before:] = [((name, *path), kept) for path, kept in found[before:]]
    return cleaned


def _graded(row: Record, name: str) -> Record:
    """From 2026-10 on, Loop may send an object; the string of older versions is its `grade`."""
    detail = row.get(name)
    if not isinstance(detail, dict):
        return row
    return {**row, name: detail.get("grade"), f"{name}_detail": detail}


def _compile(node: Schema, privacy: Privacy) -> _Leaf | _Deep:
    kinds = node["type"]
    if "object" in kinds:
        if "properties" not in node:
            return _Deep(_free(privacy.whole(node.get("x-pii")) or _as_it_is))
        inner = _Object(node, privacy).clean
        return _Deep(_single(inner) if node.get("x-loop") == "one" else inner)
    if "array" in kinds:
        return _Deep(_list(node, privacy))
    leaf = _leaf(node)
    protect = privacy.leaf(node.get("x-pii"))
    if protect is None:
        return leaf
    return lambda value: protect(leaf(value))


def _leaf(node: Schema) -> _Leaf:
    kinds, kind = node["type"], node.get("x-loop")
    if kind == "money":
        return _MONEY.__getitem__
    if node.get("format") == "date-time":
        return values.moment
    if kind == "code":
        return values.code
    for name, leaf in (
        ("integer", values.integer),
        ("number", values.number),
        ("boolean", values.truth),
    ):
        if name in kinds:
            return leaf
    return values.text


def _as_it_is(value: Any) -> Any:
    return value


def _free(protect: _Leaf) -> _Nested:
    """An object of any shape; what is none is kept aside."""

    def clean(value: Any, found: _Found) -> Any:
        if value.__class__ is dict:
            return protect(value)
        if value != []:
            found.append(((), value))
        return None

    return clean


def _single(inner: _Nested) -> _Nested:
    """An object that the documentation shows as a list of one."""

    def clean(value: Any, found: _Found) -> Any:
        if isinstance(value, list):
            if len(value) != 1:
                if value:
                    found.append(((), value))
                return None
            value = value[0]
        return inner(value, found)

    return clean


def _list(node: Schema, privacy: Privacy) -> _Nested:
    kind = node.get("x-loop")
    item = _compile(node["items"], privacy)

    def clean(value: Any, found: _Found) -> Any:
        if kind in {"many", "prices"} and isinstance(value, dict):
            value = [value]
        if value.__class__ is not list:
            raise Unclean("a list", value)
        if kind == "flat":
            value = list(_flat(value))
        elif kind == "prices":
            value = [_price(price) for price in value]
        index: int = 0
        try:
            if not isinstance(item, _Deep):
                return [None if one is None else item(one) for one in value]
            cleaned = []
            for index, one in enumerate(value):
                cleaned.append(None if one is None else _below(index, item.clean, one, found))
        except Unclean as trouble:
            trouble.path.insert(0, str(index))
            raise
        return cleaned

    return clean


def _flat(value: list[Any]) -> Any:
    for one in value:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


def _price(price: Any) -> Any:
    """Label requests name the currency `currency_code` in some editions, `currency` in others."""
    if isinstance(price, dict) and "currency" in price and "currency_code" not in price:
        price = dict(price)
        price["currency_code"] = price.pop("currency")
    return price
