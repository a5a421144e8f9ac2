"""Structs compiled from a schema."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tap_loopreturns.records.structs import Aside, Compiled

SCHEMA: dict[str, Any] = {
    "properties": {
        "id": {"type": ["string"], "x-loop": "id"},
        "total": {"type": ["string", "null"], "x-loop": "money"},
        "items": {
            "type": ["array", "null"],
            "items": {"type": "object", "properties": {"at": {"type": "string"}}},
        },
    }
}


def test_a_field_that_is_neither_known_nor_learned_is_refused() -> None:
    """Else it would be lost."""
    shape, _ = Compiled(SCHEMA, {}).both()
    with pytest.raises(msgspec.ValidationError, match="unknown field `new`"):
        msgspec.json.decode(b'{"id": "1001", "new": 1}', type=shape)


def test_a_learned_field_is_set_aside_under_its_pointer_and_leaves_the_struct() -> None:
    """The field is reported without the place in the list."""
    shape, fix = Compiled(SCHEMA, {("items",): ("new",)}).both()
    record = msgspec.json.decode(b'{"id": "1001", "items": [{}, {"new": 2}]}', type=shape)
    aside: list[Aside] = []
    fix(record, "", aside)
    assert aside == [("/items/1/new", "/items/*/new", 2)]
    assert msgspec.to_builtins(record) == {"id": "1001", "items": [{}, {}]}


@pytest.mark.parametrize("one", ['"N/A"', '""', "7", '"7"'])
def test_an_id_in_another_form_than_most_is_taken_where_it_is_made_loose(one: str) -> None:
    """Strict, it is refused, so that the row is read with care."""
    row = f'{{"id": {one}}}'.encode()
    strict = Compiled(SCHEMA, {})
    assert ("id",) in strict.strict
    with pytest.raises(msgspec.ValidationError, match=r"\$.id"):
        msgspec.json.decode(row, type=strict.both()[0])
    shape, fix = Compiled(SCHEMA, {}, {("id",)}).both()
    record = msgspec.json.decode(row, type=shape)
    fix(record, "", [])
    assert msgspec.to_builtins(record)["id"] == (None if one in ('"N/A"', '""') else "7")


def test_a_property_that_is_no_name_in_python_is_told_when_it_is_compiled() -> None:
    """It would become part of the source of a function."""
    with pytest.raises(ValueError, match="no name"):
        Compiled({"properties": {"no name": {"type": "string"}}}, {})
