"""The subscriptions in Loop: what is missing, off or wrong is found, and put right once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loopreturns_events.settings import ShopSettings
from loopreturns_events.subscriptions import PAIRS, Subscription, check
from mock_loop import Loop
from tests.events.receiving import command, configure

ADDRESS = "https://events.example.com/hooks/acme"
SHOP = ShopSettings("acme", address=ADDRESS)
FIRST = PAIRS[0]


def all_active() -> list[Subscription]:
    return [Subscription(n, *pair, ADDRESS, active=True) for n, pair in enumerate(PAIRS)]


@pytest.mark.parametrize(
    ("instead", "found"),
    [
        ([], ["missing"]),
        ([Subscription(90, *FIRST, ADDRESS, active=False)], ["off"]),
        ([Subscription(90, *FIRST, "https://old.example.com/hooks/acme", active=True)],
         ["elsewhere"]),
        ([Subscription(90, *FIRST, ADDRESS, active=True)] * 2, ["doubled"]),
        ([Subscription(90, *FIRST, ADDRESS, active=False),
          Subscription(91, *FIRST, ADDRESS, active=True)], ["doubled"]),
        ([Subscription(90, "label", "return.created", ADDRESS, active=True)],
         ["missing", "unpaired"]),
        ([Subscription(90, *FIRST, "https://elsewhere.example.com/other", active=True)],
         ["missing"]),
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_found(
    instead: list[Subscription], found: list[str]
) -> None:
    """Each kind, and nothing about the subscriptions of other integrations."""
    assert check(all_active(), SHOP) == []
    others = [Subscription(99, "return", "return.created", "https://x.example/y", active=True)]
    given = [*all_active()[1:], *instead, *others]
    assert [finding.kind for finding in check(given, SHOP)] == found


def test_triggers_that_loop_adds_are_left_alone() -> None:
    """Whoever has subscribed to one by hand gets its events kept."""
    new = Subscription(90, "return", "return.reopened", ADDRESS, active=True)
    assert check([*all_active(), new], SHOP) == []


def test_repair_makes_and_mends_what_is_needed_and_no_more(loop: Loop, tmp_path: Path) -> None:
    """A second run has nothing to do; others' subscriptions stay as they were."""
    table = loop.shop.table("webhooks")
    table.clear()
    rows: list[dict[str, Any]] = [
        {"id": 1, "topic": "return", "trigger": "return.created", "url": ADDRESS,
         "status": "inactive"},
        {"id": 2, "topic": "return", "trigger": "return.updated",
         "url": "https://old.example.com/hooks/acme", "status": "active"},
        {"id": 3, "topic": "return", "trigger": "return.closed", "url": ADDRESS,
         "status": "active"},
        {"id": 4, "topic": "return", "trigger": "return.closed", "url": ADDRESS,
         "status": "active"},
        {"id": 5, "topic": "label", "trigger": "label.updated", "url": "https://other.example/x",
         "status": "inactive"},
    ]  # fmt: skip
    table |= {row["id"]: row for row in rows}
    shops = {
        "acme": {"api_key": loop.key, "api_url": loop.url, "address": ADDRESS, "secrets": ["s"]}
    }
    config = configure(tmp_path, "events.db", shops=shops)
    found = command(config, "subscriptions", "check", "--shop", "acme")
    assert found.returncode == 1
    assert found.stdout.count("\n") == len(PAIRS)  # of 11 pairs, one is well and one is doubled
    done = command(config, "subscriptions", "repair", "--shop", "acme")
    assert done.stdout.endswith("All 11 are active.\n"), done.stderr
    ours = [row for row in table.values() if row["url"] == ADDRESS]
    assert {(row["topic"], row["trigger"]) for row in ours} == set(PAIRS)
    assert {row["status"] for row in ours} == {"active"}
    assert len(ours) == len(PAIRS)
    assert table[5] == rows[4]
    before = json.dumps(table)
    assert command(config, "subscriptions", "repair", "--shop", "acme").returncode == 0
    assert json.dumps(table) == before


def test_a_wrong_key_and_no_key_are_one_line(loop: Loop, tmp_path: Path) -> None:
    """It names the setting, or the scope that the key needs."""
    for shop, said in (
        ({"api_key": "wrong", "api_url": loop.url, "address": ADDRESS}, "Developer Tools"),
        ({"address": ADDRESS}, "'shops.acme.api_key' is required"),
    ):
        config = configure(tmp_path, "events.db", shops={"acme": shop})
        done = command(config, "subscriptions", "list", "--shop", "acme")
        assert done.returncode != 0
        assert done.stderr.count("\n") == 1
        assert said in done.stderr
