"""Cleaners of objects and lists, compiled from their schema. Pure.

What a schema does not know, and what has not the shape that it says, is kept aside
with the path that led to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tap_loopreturns.records import values
from tap_loopreturns.records.privacy import Privacy
from tap_loopreturns.records.values import AnotherForm, Memo, Unclean

Record = dict[str, Any]
Schema = Mapping[str, Any]
Why = Literal["field", "shape", "form"]
"""Why a value is kept aside: the schema does not know its field; it has another shape
than the schema says; or its column has it in another form."""
_Leaf = Callable[[Any], Any]
Found = list[tuple[tuple[str | int, ...], Any, Why]]
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


@dataclass(frozen=True, slots=True)
class Rules:
    """What all parts of a row are cleaned by."""

    privacy: Privacy = field(default_factory=Privacy)
    strict: bool = False
    """Whether a value of another shape is an error, in any field."""

    def aside(self, name: str | int, value: Any, trouble: Unclean, found: Found) -> Any:
        """Keep a value aside that could not be cleaned; what its column has instead.

        Raises:
            Unclean: it may not be kept aside; its path leads through `name`.
        """
        if isinstance(trouble, AnotherForm):
            found.append(((name,), value, "form"))
            return trouble.cleaned
        if self.strict:
            trouble.path.insert(0, str(name))
            raise trouble
        found.append(((name,), value, "shape"))
        return None


class ObjectCleaner:
    """Cleans an object in place; what its schema does not know is kept aside.

    Objects and lists that are null are left out (see `schemas.may_be_left_out`).
    A field in `fatal` is never kept aside: it must have its shape.
    """

    def __init__(self, schema: Schema, rules: Rules, fatal: Collection[str] = ()) -> None:
        self._rules = rules
        self._fatal = fatal
        self._leaves: dict[str, tuple[type | None, _Leaf]] = {}
        self._nested: dict[str, _Nested] = {}
        self._grades: list[str] = []
        for name, node in schema["properties"].items():
            if node.get("x-loop") == "additional":
                continue
            if node.get("x-loop") == "grade":
                self._grades.append(name)
            compiled = _compile(node, rules)
            if isinstance(compiled, _Deep):
                self._nested[name] = compiled.clean
            else:
                self._leaves[name] = (_AS_IT_IS.get(compiled), compiled)

    def clean(self, row: Any, found: Found) -> Any:
        if type(row) is not dict:
            return _none(row, "an object")
        for grade in self._grades:
            row = _graded(row, grade)
        leaf_of, nothing = self._leaves.get, values.NONE
        left_out: list[str] = []
        name, value = "", None
        fields = iter(row.items())
        while True:  # on behind a field that was kept aside
            try:
                for name, value in fields:
                    if (leaf := leaf_of(name)) is not None:
                        as_it_is, clean = leaf
                        if value is not None and (type(value) is not as_it_is or value in nothing):
                            row[name] = clean(value)
                    elif value is None or not self._go_below(row, name, value, found):
                        left_out.append(name)
                break
            except Unclean as trouble:
                self._put_aside(row, name, value, trouble, found)
            except TypeError:  # a list or object looked up in a memo
                self._put_aside(row, name, value, Unclean("a single value", value), found)
            if name in self._nested:
                left_out.append(name)
        for name in left_out:
            del row[name]
        return row

    def _put_aside(
        self, row: Record, name: str, value: Any, trouble: Unclean, found: Found
    ) -> None:
        if name in self._fatal and not isinstance(trouble, AnotherForm):
            trouble.path.insert(0, name)
            raise trouble
        row[name] = self._rules.aside(name, value, trouble, found)

    def _go_below(self, row: Record, name: str, value: Any, found: Found) -> bool:
        """Whether something is left in the row; what the schema does not know is kept aside."""
        nested = self._nested.get(name)
        if nested is None:
            found.append(((name,), value, "field"))
            return False
        row[name] = cleaned = _below(name, nested, value, found)
        return cleaned is not None


def _none(value: Any, expected: str) -> None:
    """See to it that a value stands for no object, or no list; PHP writes an empty object as [].

    Raises:
        Unclean: it stands for something.
    """
    if value != [] and not (type(value) is str and value in values.NONE):
        raise Unclean(expected, value)


class _Deep:
    """A cleaner that may keep fields aside."""

    def __init__(self, clean: _Nested) -> None:
        self.clean = clean


def _below(name: str | int, deep: _Nested, value: Any, found: Found) -> Any:
    """Clean a value below `name`, and lead the paths of what it keeps aside through it."""
    before = len(found)
    cleaned = deep(value, found)
    if len(found) > before:
        found[before:] = [((name, *path), kept, why) for path, kept, why in found[before:]]
    return cleaned


def _graded(row: Record, name: str) -> Record:
    """From 2026-10 on, Loop may send an object; the string of older versions is its `grade`."""
    detail = row.get(name)
    if not isinstance(detail, dict):
        return row
    return {**row, name: detail.get("grade"), f"{name}_detail": detail}


def _compile(node: Schema, rules: Rules) -> _Leaf | _Deep:
    kinds = node["type"]
    if "object" in kinds:
        if "properties" not in node:
            return _Deep(_free(rules.privacy.whole(node.get("x-pii")) or _as_it_is))
        inner = ObjectCleaner(node, rules).clean
        return _Deep(_single(inner) if node.get("x-loop") == "one" else inner)
    if "array" in kinds:
        return _Deep(_list(node, rules))
    leaf = _leaf(node)
    protect = rules.privacy.leaf(node.get("x-pii"))
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
    if kind == "id":
        return values.identifier
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
    """An object of any shape."""

    def clean(value: Any, found: Found) -> Any:
        del found
        if value.__class__ is dict:
            return protect(value)
        return _none(value, "an object")

    return clean


def _single(inner: _Nested) -> _Nested:
    """An object that the documentation shows as a list of one."""

    def clean(value: Any, found: Found) -> Any:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return inner(value, found)

    return clean


def _list(node: Schema, rules: Rules) -> _Nested:
    kind = node.get("x-loop")
    item = _compile(node["items"], rules)

    def one(index: int, value: Any, found: Found) -> Any:
        try:
            if isinstance(item, _Deep):
                return _below(index, item.clean, value, found)
            return item(value)
        except Unclean as trouble:
            return rules.aside(index, value, trouble, found)
        except TypeError:  # as in an object
            return rules.aside(index, value, Unclean("a single value", value), found)

    def clean(value: Any, found: Found) -> Any:
        if kind in {"many", "prices"} and isinstance(value, dict):
            value = [value]
        if value.__class__ is not list:
            return _none(value, "a list")
        if kind == "flat":
            value = list(_flat(value))
        elif kind == "prices":
            value = [_price(price) for price in value]
        return [
            None if part is None else one(index, part, found) for index, part in enumerate(value)
        ]

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
