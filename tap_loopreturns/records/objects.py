"""Cleaners of objects and lists, compiled from their schema. Pure.

What a schema does not know, and what it has no form for, is kept aside with the path
that led to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tap_loopreturns.records import values
from tap_loopreturns.records.privacy import Privacy
from tap_loopreturns.records.values import Memo, Unclean

Record = dict[str, Any]
Schema = Mapping[str, Any]
_Leaf = Callable[[Any], Any]
Found = list[tuple[tuple[str | int, ...], Any]]
"""Values that are kept aside, each with its path."""
_Nested = Callable[[Any, Found], Any]

_MONEY = Memo(values.money)
_AS_IT_IS: dict[_Leaf, type] = {
    values.text: str,
    values.code: str,
    values.integer: int,
    values.truth: bool,
}
"""The type of values that these leave as they are, unless they stand for none."""


class ObjectCleaner:
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

    def clean(self, row: Any, found: Found) -> Any:
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

    def _go_below(self, row: Record, name: str, value: Any, found: Found) -> bool:
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


def _below(name: str | int, deep: _Nested, value: Any, found: Found) -> Any:
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
        inner = ObjectCleaner(node, privacy).clean
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

    def clean(value: Any, found: Found) -> Any:
        if value.__class__ is dict:
            return protect(value)
        if value != []:
            found.append(((), value))
        return None

    return clean


def _single(inner: _Nested) -> _Nested:
    """An object that the documentation shows as a list of one."""

    def clean(value: Any, found: Found) -> Any:
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

    def clean(value: Any, found: Found) -> Any:
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
