"""The documentation's example of money in stream maps, as it stands there."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import yaml

from mock_loop import Loop
from tests.running import run_tap, settings

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_example_of_money_in_stream_maps_holds(loop: Loop) -> None:
    """Renamed amounts are the same decimals, the filter goes by number, nothing else is sent."""
    text = PAGE.read_text("utf-8").partition("<!-- money -->")[2].partition("<!-- /money -->")[0]
    example = yaml.safe_load(text.replace("```yaml", "").replace("```", ""))
    plain = {row["id"]: row for row in run_tap(settings(loop)).records("returns")}
    run = run_tap(settings(loop, **example))
    rows = {row["id"]: row for row in run.records("returns")}
    dear = {name for name, row in plain.items() if Decimal(row["refund"] or "0") > 20}
    assert set(rows) == dear != set(plain)
    for name, row in rows.items():
        was = plain[name]
        assert row == {
            "id": name,
            "currency": was["currency"],
            "refund_amount": was["refund"],
            "refund_rough": float(was["refund"]),
            "customer_hash": sha256(was["customer"].encode()).hexdigest(),
        }
    (schema,) = [one["schema"] for one in run.messages if one["type"] == "SCHEMA"]
    assert schema["properties"]["refund_amount"]["format"] == "x-singer.decimal"
    assert "number" in schema["properties"]["refund_rough"]["type"]
