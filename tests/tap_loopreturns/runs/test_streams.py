"""Every other object of Loop against a mock account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from loop_returns.errors import AccessError
from mock_loop import ALL_SCOPES, Faults, Loop, Shop
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.tap import TapLoopReturns
from tests.running import Output, run_tap, settings
from tests.truth import KEYS, differences

HASH_KEY = "a key that nobody guesses"


@pytest.fixture
def everything(loop: Loop, shop: Shop) -> dict[str, Any]:
    return settings(loop, cart_tokens=list(shop.carts))


def loaded(
    *runs: Output, stream: str, keys: tuple[str, ...]
) -> dict[tuple[str, ...], dict[str, Any]]:
    """What a target holds after these runs: upserts by key, and full tables by version."""
    table: dict[tuple[str, ...], tuple[int | None, dict[str, Any]]] = {}
    for run in runs:
        for message in run.messages:
            if message.get("stream") != stream:
                continue
            if message["type"] == "RECORD":
                record = message["record"]
                key = tuple(str(record[name]) for name in keys)
                table[key] = (message.get("version"), record)
            elif message["type"] == "ACTIVATE_VERSION":
                table = {k: row for k, row in table.items() if row[0] == message["version"]}
    return {key: record for key, (_, record) in table.items()}


def test_every_stream_holds_what_the_account_holds(everything: dict[str, Any], shop: Shop) -> None:
    """With everything selected, each stream's keys and values equal the account's, and validate."""
    run = run_tap(everything, select=["all"])
    assert run.streams == {stream.name for stream in STREAMS}
    for stream in KEYS:
        assert not differences(shop, run, stream), stream
    for stream in ("inventories", "happy_returns_shipment_items"):  # their keys are made by the tap
        records = run.records(stream)
        keys = {tuple(record[key] for key in _keys(stream)) for record in records}
        assert len(keys) == len(records) == len(shop.truth(stream))
    schemas = {m["stream"]: m["schema"] for m in run.messages if m["type"] == "SCHEMA"}
    for name, schema in schemas.items():
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        for record in run.records(name):
            validator.validate(record)


def test_a_second_run_after_changes_and_deletions_equals_the_account(
    everything: dict[str, Any], shop: Shop
) -> None:
    """Rows that were deleted in Loop are gone from full tables, and changed ones are new."""
    everything["trailing_days"] = 400  # Loop's dated lists are not known to go by changes
    first = run_tap(everything, select=["all"])
    shop.advance(seconds=-5)
    shop.change(50, seed=5)
    changes = shop.change_lists(seed=5)
    assert any(change["deleted"] for change in changes.values())
    second = run_tap(everything, select=["all"], state=first.state)
    for stream, keys in KEYS.items():
        if stream in {"return_line_items", "return_exchanges", "return_labels", "return_notes"}:
            continue  # entries that left their return stay, see README
        landed = loaded(first, second, stream=stream, keys=keys)
        both = Output(
            [
                json.dumps({"type": "RECORD", "stream": stream, "record": record})
                for record in landed.values()
            ]
        )
        found = differences(shop, both, stream)
        if stream == "advanced_shipping_notices":  # a unit that left its return leaves no trace
            found = [line for line in found if not line.startswith("too much")]
        assert not found, stream


def test_a_list_that_fails_midway_activates_no_version(loop: Loop) -> None:
    """ACTIVATE_VERSION comes after a complete read only, so that a failure removes no rows."""
    loop.faults = Faults.script([None, "missing-key"])
    run = run_tap(settings(loop), select=["allowlist_items"], fails=True)
    assert run.records("allowlist_items")
    assert "ACTIVATE_VERSION" not in {message["type"] for message in run.messages}


def test_a_return_without_notes_is_no_error(everything: dict[str, Any], shop: Shop) -> None:
    """Loop answers 422 and `false`; the stream goes on."""
    run = run_tap(everything, select=["return_notes"])
    assert 0 < len({note["return_id"] for note in run.records("return_notes")}) < len(shop.returns)


def test_streams_of_one_request_a_return_ask_for_those_that_changed(
    everything: dict[str, Any], loop: Loop, shop: Shop
) -> None:
    """The second run of return_details asks for the changed returns, and no others."""
    first = run_tap(everything, select=["return_details"])
    shop.advance(seconds=-5)
    changed = shop.change(20, seed=9)
    loop.clear_requests()
    second = run_tap(everything, select=["return_details"], state=first.state)
    asked = [r.query["return_id"] for r in loop.requests if r.path.endswith("/details")]
    assert (
        sorted(asked)
        == sorted(changed)
        == sorted(r["id"] for r in second.records("return_details"))
    )


def test_missing_scopes_stop_the_run_before_anything_is_read(loop: Loop) -> None:
    """All scopes that are missing are named at once, and no record is written."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop), select=None, fails=True)
    assert isinstance(run.error, AccessError)
    assert "'Orders' for allowlist_items, blocklist_items" in str(run.error)
    assert "'Destinations (Read)' for destinations" in str(run.error)
    assert not run.streams


def test_missing_scopes_can_be_skipped(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    """With on_missing_scope: skip the others are delivered, with one warning for each skipped."""
    loop.scopes = ALL_SCOPES - {"Orders", "Destinations (Read)"}
    run = run_tap(settings(loop, on_missing_scope="skip"), select=None)
    left_out = {"allowlist_items", "blocklist_items", "destinations"}
    default = {stream.name for stream in STREAMS if stream.selected_by_default}
    assert run.streams == default - left_out - {"carts"}
    warnings = [record.message for record in caplog.records if "skipped" in record.message]
    assert sorted(line.split(":")[0] for line in warnings) == sorted(left_out)


@pytest.mark.parametrize("select", [None, ["returns", "carts"], ["webhooks"]])
def test_a_key_that_may_read_nothing_cannot_be_skipped(
    loop: Loop, select: list[str] | None
) -> None:
    """A wrong or revoked key ends the run with exit code 3, with on_missing_scope: skip too."""
    loop.key = "another-key"
    config = {**settings(loop, on_missing_scope="skip"), "api_key": "revoked"}
    run = run_tap(config, select=select, fails=True)
    assert isinstance(run.error, AccessError)
    assert run.error.exit_code == 3
    assert "refuses the key for each of the selected streams" in str(run.error)
    assert "on_missing_scope" not in str(run.error)
    assert not [message for message in run.messages if message["type"] == "RECORD"]


def test_carts_without_tokens_need_no_scope(loop: Loop) -> None:
    """Where there is nothing to ask, nothing is refused."""
    loop.scopes = frozenset()
    run = run_tap(settings(loop), select=["carts"])
    assert not loop.requests
    assert not run.streams


@pytest.mark.parametrize("mode", ["hash", "drop"])
def test_no_personal_value_leaves_the_tap(
    everything: dict[str, Any], shop: Shop, mode: str
) -> None:
    """Hashed or dropped, no e-mail, name, phone or address of the account is in the output."""
    run = run_tap({**everything, "pii": mode, "pii_hash_key": HASH_KEY}, select=["all"])
    words = {
        value
        for message in run.messages
        if message["type"] == "RECORD"
        for value in _texts(message["record"])
    }
    personal = {value for value in shop.personal_values() if len(value) > 3}
    assert personal
    assert not {value for value in personal if value in words}
    emails = [value for value in personal if "@" in value]
    written = "\n".join(run.lines)
    assert not [email for email in emails if email in written]


def test_equal_values_have_equal_hashes_in_all_streams(everything: dict[str, Any]) -> None:
    """A customer of a return can be joined with the notices by the hash, and only with the key."""
    hashed = {**everything, "pii": "hash", "pii_hash_key": HASH_KEY}
    select = ["returns", "advanced_shipping_notices"]
    run = run_tap(hashed, select=select)
    customers = {record["customer"] for record in run.records("returns")}
    assert customers >= {r["customer_email"] for r in run.records("advanced_shipping_notices")}
    other = run_tap({**hashed, "pii_hash_key": HASH_KEY.upper()}, select=select)
    assert not customers & {record["customer"] for record in other.records("returns")}


def test_a_quiet_hour_costs_a_handful_of_requests(loop: Loop, shop: Shop) -> None:
    """All default streams together ask less than thirty times when nothing has changed."""
    shop.set_now("2026-11-22T00:00:00Z")
    first = run_tap(settings(loop), select=None)
    loop.clear_requests()
    run_tap(settings(loop), select=None, state=first.state)
    assert len(loop.requests) < 30, [request.path for request in loop.requests]


def _keys(stream: str) -> tuple[str, ...]:
    return next(s.keys for s in STREAMS if s.name == stream)


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for item in value.values() for text in _texts(item)}
    if isinstance(value, list):
        return {text for item in value for text in _texts(item)}
    return {value} if isinstance(value, str) else set()


def test_the_names_of_streams_are_those_of_the_catalog() -> None:
    """Discovery lists all streams, each with title and descriptions, without key or network."""
    catalog = TapLoopReturns(validate_config=False).catalog_dict
    assert {entry["tap_stream_id"] for entry in catalog["streams"]} == {s.name for s in STREAMS}
