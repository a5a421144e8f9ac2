"""What is in the mock account, and how it changes."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from mock_loop import Loop, Quirks, Shop, clock, serve
from mock_loop.tables import COMMERCE
from tests.mock_loop.asking import LIST, NOW, SPAN, STATES, get, made


def test_equal_seeds_make_equal_shops(shop: Shop) -> None:
    """A seeded account can be had again."""
    again = Shop.seeded(returns=600, seed=3, start="2025-12-01", end="2026-11-01", now=NOW)
    assert again.returns == shop.returns
    for stream in ("orders", "label_requests", "return_notes", "carts", "allowlist_items"):
        assert again.truth(stream) == shop.truth(stream)


def test_the_seeded_returns_are_as_uneven_as_real_ones() -> None:
    """States in their shares, records of about 3 KB, seasons, and many rows in one second."""
    shop = Shop.seeded(returns=6000, seed=1, now=NOW)
    states = Counter(found.state for found in shop.book)
    assert {state: round(states[state] / 60) for state in STATES} == pytest.approx(
        {"closed": 80, "open": 8, "expired": 5, "cancelled": 5, "review": 2}, abs=1.5
    )
    assert 2700 < sum(len(found.json) for found in shop.book) / 6000 < 3700
    assert all(found.created <= found.updated for found in shop.book)
    assert max(Counter(found.updated for found in shop.book).values()) > 30
    months = Counter(clock.day(found.created)[:7] for found in shop.book)
    assert months["2026-01"] > 2.5 * months["2026-08"]


def test_the_types_and_formats_of_returns_are_mixed(shop: Shop) -> None:
    """Every drift that the reference lists occurs."""
    rows = list(shop.returns.values())
    items = [item for row in rows for item in row["line_items"]]
    endings = {row["created_at"][19:] for row in rows}
    assert endings == {".000Z", "+00:00", "-05:00"}
    assert {type(row["destination_id"]) for row in rows} == {int, str}
    assert {type(row["label_rate"]) for row in rows} == {int, str, type(None)}
    assert {type(row["return_method"]) for row in rows} == {dict, type(None), str}
    assert {row["provider_order_id"][:14] for row in rows} > {"gid://shopify/"}
    assert {"pending", "N/A"} < {row["label_status"] for row in rows}
    assert {"", "N/A"} < {row["carrier"] for row in rows}
    assert "credit+refund" in {row["outcome"] for row in rows}
    assert {"N/A"} < {row["label_updated_at"] for row in rows}
    processed = [row["outcomes_processed_at"] for row in rows if row["outcomes_processed_at"]]
    assert {type(one["return_processed"]) for one in processed} == {str, dict}
    assert {" ", "T"} == {item["returned_at"][10] for item in items}
    assert any(item["price"].startswith("-") for item in items)
    assert any('"' in item["return_reason"] for item in items)
    assert {"", "N/A"} < {item["barcode"] for item in items}


def test_streams_join(shop: Shop) -> None:
    """Returns name orders, customers, products and destinations that exist."""
    orders = {str(row["id"]): row for row in shop.truth("orders")}
    emails = {row["email"] for row in shop.truth("customers")}
    products = {row["external_id"] for row in shop.truth("products")}
    destinations = {str(row["id"]) for row in shop.truth("destinations")}
    for row in shop.returns.values():
        order = orders[row["order_id"]]
        assert order["external_id"] == row["provider_order_id"].removeprefix("gid://shopify/Order/")
        assert order["customer"]["email"] == row["customer"]
        assert row["customer"] in emails
        assert str(row["destination_id"]) in destinations
        assert {item["product_id"] for item in row["line_items"]} <= products


def test_a_change_touches_what_it_says() -> None:
    """The rows that differ afterwards are those named, all stamped just before now."""
    shop = Shop.seeded(returns=400, seed=5, start="2026-01-01", end="2026-11-01", now=NOW)
    before = dict(shop.returns)
    touched = shop.change(200, seed=7)
    after = dict(shop.returns)
    assert touched == {one for one, row in after.items() if before.get(one) != row}
    assert len(touched) == 200
    recent = clock.parse(NOW) - 100
    assert all(recent <= shop.book[one].updated <= clock.parse(NOW) for one in touched)
    moved = [one for one in before if before[one]["state"] != after[one]["state"]]
    assert len(moved) > 20
    shared = Counter(shop.book[one].updated for one in touched)
    assert max(shared.values()) > 40


def test_lists_change_with_rows_gone_and_rows_added() -> None:
    """What is deleted leaves no trace; the changed account is served at once."""
    shop = Shop.seeded(returns=100, now=NOW)
    with serve(shop) as loop:
        done = shop.change_lists(seed=2)
        assert done.keys() >= {"allowlists", "destinations", "webhooks", *COMMERCE}
        ids = {row["id"] for row in get(loop, "/destinations").json()["destinations"]}
        assert not ids & set(done["destinations"]["deleted"])
        assert set(done["destinations"]["added"]) <= ids
        variants = shop.truth("product_variants")
        assert not {row["product"]["id"] for row in variants} & set(done["products"]["deleted"])


def test_returns_can_change_during_a_run(tied: Loop) -> None:
    """The hook runs before each answer, and that answer sees its changes."""

    def hook(number: int, shop: Shop) -> None:
        if number == 1:
            shop.move_return("1", "closed")

    tied.hook = hook
    day = {"from": "2026-11-10", "to": "2026-11-11", "state": "closed"}
    assert [len(get(tied, LIST, day).json()) for _ in range(2)] == [0, 1]


def test_added_returns_are_sent_as_given() -> None:
    """Given fields and dates keep their form, unknown ones are kept, garbled ones are sent."""
    shop = Shop(now=NOW)
    one = shop.add_return(id=7, created_at="2026-11-19T12:00:00+02:00", loyalty={"tier": 2})
    shop.bulk_stamp([one, "7"], at="2026-11-19T23:00:00Z")
    assert shop.returns["7"]["created_at"] == "2026-11-19T12:00:00+02:00"
    assert shop.returns["7"]["loyalty"] == {"tier": 2}
    shop.garble_return("7", "id", total=["?"])
    with serve(shop) as loop:
        row = get(loop, LIST).json()[0]
    assert "id" not in row
    assert row["total"] == ["?"]


def test_personal_values_are_all_that_is_personal(shop: Shop) -> None:
    """Without the personal fields no answer holds any of them; with them, all are found."""
    values = shop.personal_values()
    returns = json.dumps(list(shop.returns.values()), ensure_ascii=False)
    emails = {row["customer"] for row in shop.returns.values()}
    assert emails <= values
    assert all(email in returns for email in emails)
    assert min(map(len, values)) > 5
    for stream in ("destinations", "webhooks", "products", "inventories", "bulk_operations"):
        text = json.dumps(shop.truth(stream), ensure_ascii=False)
        assert not [value for value in values if value in text]


def test_the_clock_obeys() -> None:
    """Scripted time stands still, moves on request, and stamps what changes."""
    shop = made("2026-11-10T00:00:00Z")
    shop.advance(seconds=60)
    assert shop.now() == "2026-11-20T00:01:00Z"
    shop.set_now("2026-12-24")
    assert shop.move_return("1", "expired").updated == clock.parse("2026-12-24")


def test_answers_are_compressed_for_those_who_accept_it(loop: Loop) -> None:
    """And the server's clock may be wrong."""
    assert get(loop, LIST, SPAN).headers["Content-Encoding"] == "gzip"
    plain = get(loop, LIST, SPAN, Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    loop.quirks = Quirks(gzip=False, date_header_offset=-86400 * 400)
    answer = get(loop, LIST, SPAN)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Date"] != plain.headers["Date"]


def test_one_command_starts_an_account_that_others_can_steer(tmp_path: Path) -> None:
    """It prints its address, takes orders under /_mock/, and ends on SIGTERM."""
    note = tmp_path / "mock.json"
    command = [sys.executable, "-m", "mock_loop", "--port", "0", "--returns", "50"]
    command += ["--now", NOW, "--state-file", str(note)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        assert json.loads(note.read_text()) == said
        url = said["url"]

        def order(task: str, **given: Any) -> Any:
            return requests.post(f"{url}/_mock/{task}", json=given, timeout=5).json()

        def truth(path: str) -> Any:
            return requests.get(f"{url}/_mock/{path}", timeout=5).json()

        touched = order("change", count=20, seed=7)["touched"]
        rows = truth("returns?fields=id,state,updated_at")
        assert set(touched) <= {row["id"] for row in rows}
        assert rows[0].keys() == {"id", "state", "updated_at"}
        assert "allowlists" in order("change-lists", seed=1)
        assert order("now", now="2026-12-01") == {"now": "2026-12-01T00:00:00Z"}
        assert order("quirks", order="asc", latency=[0, 0.01])["order"] == "asc"
        order("faults", script=["500"])
        answers = [
            requests.get(
                f"{url}/api/v1/destinations", headers={"X-Authorization": said["key"]}, timeout=5
            ).status_code
            for _ in range(2)
        ]
        assert answers == [500, 200]
        assert truth("requests")["by_path"] == {"/api/v1/destinations": {"200": 1, "500": 1}}
        order("reset-requests")
        assert truth("requests")["total"] == 0
        assert len(truth("truth/destinations")) == 2
        assert "errors" in order("quirks", gravity=2)
        assert "errors" in order("quirks", order="sideways")
        process.terminate()
        assert process.wait(timeout=5) == 0
    assert not note.exists()
