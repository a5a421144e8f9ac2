"""The schema files: complete, described, and fit for any warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tap_loopreturns.records import schemas
from tap_loopreturns.streams import STREAMS

NAMES = sorted(stream.name for stream in STREAMS)
KEYS = {stream.name: stream.keys for stream in STREAMS}
KINDS = {"id", "code", "money", "whole", "grade", "many", "one", "flat", "prices", "additional"}
PERSONAL = {"email", "name", "phone", "address", "comment", "link", "whole"}

# What joins streams, by the names that it goes under.
JOINS = {
    "return": {"return_id"},
    "order": {"order_id"},
    "destination": {"destination_id"},
    "product": {"product_id"},
    "variant": {"variant_id", "product_variant_id"},
    "line item": {"line_item_id", "return_line_item_id"},
    "shop's order": {"provider_order_id"},
    "e-mail": {"customer", "customer_email"},
}


def nodes(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and all schemas in it, each with its path."""
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from nodes(inner, f"{path}/{name}")
    if "items" in node:
        yield from nodes(node["items"], f"{path}/*")


def kind(node: dict[str, Any]) -> tuple[Any, ...]:
    """What a warehouse makes a column of, apart from whether it may be null."""
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    return sorted(set(kinds) - {"null"}), node.get("format"), node.get("x-loop")


def test_streams_and_files_are_one_to_one() -> None:
    """No stream lacks its file, and no file its stream."""
    assert sorted(path.stem for path in Path(schemas.FOLDER).iterdir()) == NAMES


@pytest.mark.parametrize("stream", NAMES)
class TestSchema:
    """What holds for each of them."""

    def test_it_is_json_schema(self, stream: str) -> None:
        """The file parses, and jsonschema takes it."""
        text = (Path(schemas.FOLDER) / f"{stream}.json").read_text("utf-8")
        Draft202012Validator.check_schema(json.loads(text))

    def test_everything_is_described(self, stream: str) -> None:
        """Each property at each depth says what it is; the stream has a title too."""
        schema = schemas.load(stream)
        assert schema["title"]
        lacking = [
            path
            for path, node in nodes(schema)
            if not path.endswith("/*") and not node.get("description", "").strip().endswith(".")
        ]
        assert not lacking

    def test_nothing_in_it_can_abort_a_load(self, stream: str) -> None:
        """No enum, which one new value would break; no $ref, which some targets do not follow."""
        allowed = {"type", "title", "description", "properties", "items", "format"}
        for path, node in nodes(schemas.load(stream)):
            assert set(node) <= allowed | {"x-loop", "x-pii"}, path

    def test_types_are_single_and_nullable_but_for_keys(self, stream: str) -> None:
        """One type for each column; all may be null, except the key."""
        for path, node in nodes(schemas.load(stream)):
            kinds = node["type"]
            if path == "" or path.removeprefix("/") in KEYS[stream]:
                assert isinstance(kinds, str), path
            else:
                assert len(kinds) == 2, path
                assert kinds[1] == "null", path

    def test_its_keys_and_replication_key_are_in_it(self, stream: str) -> None:
        """And the replication key is a date-time, or the place of an event."""
        properties = schemas.load(stream)["properties"]
        assert set(KEYS[stream]) <= set(properties)
        key: object = next(s.replication_key for s in STREAMS if s.name == stream)
        if isinstance(key, str):
            assert key == "sequence" or properties[key]["format"] == "date-time"

    def test_its_last_column_takes_what_is_not_in_it(self, stream: str) -> None:
        """Additional fields, of any shape, which may be personal."""
        name, node = list(schemas.load(stream)["properties"].items())[-1]
        assert name == "additional_fields"
        assert (node["x-loop"], node["x-pii"]) == ("additional", "whole")
        assert "properties" not in node

    def test_its_marks_are_known(self, stream: str) -> None:
        """A misspelt kind or mark would be passed over in silence."""
        for path, node in nodes(schemas.load(stream)):
            assert node.get("x-loop") in {None, *KINDS}, path
            assert node.get("x-pii") in {None, *PERSONAL}, path
            assert node.get("format") in {None, "date-time", schemas.DECIMAL}, path
            if node.get("format") == "date-time" or node.get("x-loop") in {"id", "code"}:
                assert "string" in node["type"], path
            if node.get("format") == schemas.DECIMAL:
                assert node.get("x-loop") in {"money", "whole"}, path


@pytest.mark.parametrize("names", JOINS.values(), ids=JOINS)
def test_what_joins_streams_has_one_type_in_all_of_them(names: set[str]) -> None:
    """At every depth: an id is the same text in a return, its line items and an order."""
    found = {
        f"{stream}{path}": kind(node)
        for stream in NAMES
        for path, node in nodes(schemas.load(stream))
        if path.rpartition("/")[2] in names and "object" not in node["type"]
        if not {"object", "array"} & set(node["type"])
    }
    assert len({stream.partition("/")[0] for stream in found}) > 1
    assert len(set(map(str, found.values()))) == 1, found


# Ids of others than Loop and the shop platform, in forms of their own.
OPAQUE = {"rma_id", "scannable_id", "happy_returns_shipment_id", "happy_returns_rma_id"}


def test_every_id_is_text() -> None:
    """Loop sends them as numbers, as text, and as Shopify's global ids; all become one text."""
    for stream in NAMES:
        for path, node in nodes(schemas.load(stream)):
            name = path.rpartition("/")[2]
            if name == "id" or name.endswith("_id"):
                form = "code" if name in OPAQUE else "id"
                assert kind(node) == (["string"], None, form), f"{stream}{path}"


def test_decimals_say_their_size() -> None:
    """Without precision and scale, Snowflake keeps no digit after the point."""
    schema = schemas.load("returns")
    sized = schemas.with_decimal_size(schema)
    decimals = [n for _, n in nodes(sized) if n.get("format") == schemas.DECIMAL]
    assert len(decimals) > 10
    assert all((n["precision"], n["scale"]) == (38, 9) for n in decimals)
    assert not [n for _, n in nodes(schema) if "precision" in n]
