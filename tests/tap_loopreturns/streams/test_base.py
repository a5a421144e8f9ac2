"""What all streams share: a line at the end, decimals with their size, unknown fields told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from mock_loop import Faults, Loop
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.streams.returns import Exploded
from tap_loopreturns.tap import TapLoopReturns
from tests.proofs.running import without_waiting
from tests.running import run_tap, settings
from tests.sampling import sampled


def test_each_stream_says_what_it_read(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """One line with rows, distinct ids, requests, windows and states."""
    with caplog.at_level(logging.INFO):
        run_tap(settings(loop), select=["returns", "webhooks"], prepare=without_waiting())
    (line,) = [r.getMessage() for r in caplog.records if "returns: done" in r.getMessage()]
    assert "300 rows, 300 ids" in line
    assert "windows of open, closed, cancelled, expired, review returns" in line
    assert "requests" in line


def test_the_decimals_of_a_schema_say_their_size(loop: Loop) -> None:
    """Precision and scale reach the target, nested ones too; Snowflake drops cents without."""
    run = run_tap(settings(loop))
    schema = next(m["schema"] for m in run.messages if m["type"] == "SCHEMA")
    price = schema["properties"]["line_items"]["items"]["properties"]["price"]
    for node in (schema["properties"]["total"], price):
        assert (node["format"], node["precision"], node["scale"]) == ("x-singer.decimal", 38, 9)


NEW = "brand_new_field"
OWN = sorted(
    stream.name
    for stream in STREAMS
    if not issubclass(stream, Exploded) and stream.name != "loop_events"  # asks Loop for nothing
)


def with_a_new_field(body: bytes) -> bytes:
    """Loop's answer, with a field in each row that nobody knows yet."""
    document = json.loads(body)
    lists = [document] if isinstance(document, list) else list(document.values())
    rows = [row for one in lists if isinstance(one, list) for row in one if isinstance(row, dict)]
    if isinstance(document, dict) and ("id" in document or "cart" in document):
        rows = [document]
    for row in rows:
        row[NEW] = 1
    return json.dumps(document).encode()


@pytest.fixture
def told(
    loop: Loop, everything: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> Callable[[str], list[str]]:
    """Runs one stream of an account that sends a new field; the lines that name it."""

    def run(stream: str) -> list[str]:
        loop.faults = Faults(mutate=with_a_new_field)
        run_tap(everything, select=[stream])
        return [line for line in caplog.messages if NEW in line]

    return run


@pytest.mark.parametrize("stream", sampled(OWN, 6))
def test_fields_that_the_schema_does_not_know_are_told_for_every_stream(
    told: Callable[[str], list[str]], stream: str
) -> None:
    """Once, at its end, so that whoever reads the log hears of what landed in a JSON column."""
    (line,) = told(stream)
    assert line.startswith(f"{stream}: Loop sent fields that the schema does not know")
    assert f"/{NEW}" in line


@pytest.mark.parametrize(
    "stream", [stream.name for stream in STREAMS if issubclass(stream, Exploded)]
)
def test_what_is_new_in_a_return_is_told_whichever_of_its_streams_is_read(
    told: Callable[[str], list[str]], stream: str
) -> None:
    """The line is that of returns, whose rows they are."""
    (line,) = told(stream)
    assert line.startswith("returns: Loop sent fields")


def test_a_catalog_without_keys_breaks_nothing(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    """Who wants rows appended may ask for it; what the tap tells rows apart by stays its own."""
    caplog.set_level(logging.INFO)
    catalog = TapLoopReturns(config=settings(loop)).catalog_dict
    for entry in catalog["streams"]:
        entry["key_properties"] = []
    run = run_tap(settings(loop), catalog=catalog)
    schema = next(m for m in run.messages if m["type"] == "SCHEMA" and m["stream"] == "returns")
    assert schema["key_properties"] == []
    assert "300 rows, 300 ids" in caplog.text


def test_what_is_not_selected_is_not_asked_for(loop: Loop) -> None:
    """Neither to read it nor to try the key."""
    run = run_tap(settings(loop), select=["webhooks"])
    assert run.streams == {"webhooks"}
    assert {request.path.rpartition("/")[2] for request in loop.requests} == {"webhooks"}
