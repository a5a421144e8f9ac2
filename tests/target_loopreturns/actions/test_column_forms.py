"""Values are taken for what their column is, in whatever form a source sends them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_loopreturns.actions.column_forms import as_meant

OBJECT, LIST = {"type": "object"}, {"type": "array"}
IDS = {"type": "array", "items": {"type": ["string", "integer"]}}
NUMBER, TRUTH, TEXT = {"type": "integer"}, {"type": "boolean"}, {"type": "string"}
ID = {"type": ["string", "integer"], "pattern": "^[0-9]+$"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(JSON) | st.dictionaries(st.text(), JSON))
def test_nested_columns_may_be_json_text(value: Any) -> None:
    """As Snowflake and CSV sources send them: what was written is what is read."""
    schema = OBJECT if isinstance(value, dict) else LIST
    assert as_meant(f" {json.dumps(value)}", schema) == value


@given(st.text())
def test_a_text_stays_as_it_is(value: str) -> None:
    """Also one that looks like JSON, or like a number."""
    assert as_meant(value, TEXT) == value


@pytest.mark.parametrize(
    ("value", "schema", "meant"),
    [
        ("1,2", IDS, ["1", "2"]),
        ("{1,2}", IDS, ["1", "2"]),
        ("['1', \"2\"]", IDS, ["1", "2"]),
        ("[1, 2]", IDS, [1, 2]),
        ("12", NUMBER, 12),
        ("12.0", NUMBER, 12),
        ("twelve", NUMBER, "twelve"),
        ("true", NUMBER, "true"),
        ("True", TRUTH, True),
        ("0", TRUTH, False),
        ("maybe", TRUTH, "maybe"),
        (" 7 ", ID, "7"),
        ("{broken", OBJECT, "{broken"),
        ("[1]", OBJECT, "[1]"),
        ("1e99999999", NUMBER, "1e99999999"),
        ("[" * 5000, LIST, "[" * 5000),
        (5, TEXT, 5),
    ],
)
def test_what_its_text_does_not_say_stays_for_the_schema_to_refuse(
    value: Any, schema: dict[str, Any], meant: Any
) -> None:
    """Lists, numbers and truth values as text; nothing is guessed."""
    assert as_meant(value, schema) == meant
