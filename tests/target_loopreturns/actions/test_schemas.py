"""Each kind of action has its schema."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from target_loopreturns.actions import schemas


@pytest.mark.parametrize("name", [*schemas.KINDS, "action_outcomes"])
def test_every_schema_is_a_schema_with_described_fields(name: str) -> None:
    """Each kind has a valid JSON Schema, and says what each of its fields is."""
    schema = schemas.schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["description"]
    assert all(field["description"] for field in schema["properties"].values())
