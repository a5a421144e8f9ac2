"""The page says which way each question falls, whichever way it falls, and no personal data."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns.questions import page
from loop_returns.questions.asking import MOST, AnsweredQuestion
from mock_loop import Faults, Quirks, Shop, serve
from tap_loopreturns.tap import TapLoopReturns
from tests.running import Output, run_tap, settings
from tests.sampling import sampled

NOW = "2026-11-20T00:00:00Z"
DOCUMENTED = {
    "order": "by updated_at, newest first",
    "cursor": "updated_at alone",
    "next_link": "leaves out from, paginate",
    "filter": "yes",
    "from": "yes",
    "to": "yes",
    "equal_bounds": "yes",
    "naive_times": "yes",
    "fractions": "no",
    "page_cap": "750",
    "page_too_large": "refused (422)",
    "unpaged": "yes",
    "lone_from": "the 24 hours after it",
    "lone_to": "ignored",
    "longest": "yes",
    "state": "yes",
    "default_states": "open, closed, expired",
    "states_seen": "0 states that are not documented",
    "notices_date": "created_at",
    "shipments_page": "no",
    "label_requests": "newest first",
    "imports": "jobs: a list (200)",
    "no_cart": "200 No cart found for the provided token.",
    "no_return": "200 No return found with this ID.",
    "no_notes": "422, true or false",
    "rate_headers": "x-ratelimit-limit, x-ratelimit-remaining",
    "others": "not meanwhile",
    "retry_after": "not told",
}
OTHERWISE: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"order": "asc"}, {"order": "by updated_at, oldest first"}),
    ({"order": "id"}, {"cursor": "id alone", "order": "by created_at or id, oldest first"}),
    (
        {"cursor_column": "created_at"},
        {"order": "by created_at or id, newest first", "cursor": "created_at alone"},
    ),
    ({"cursor_column": "id"}, {"cursor": "id, updated_at"}),
    ({"cursor_column": "opaque"}, {"cursor": "nothing that can be read"}),
    ({"from_inclusive": False}, {"from": "no", "equal_bounds": "no"}),
    ({"to_inclusive": False}, {"to": "no", "equal_bounds": "no"}),
    ({"hidden_fractions": True}, {"equal_bounds": "no"}),
    ({"next_link_drops": (), "next_link_version": None}, {"next_link": "leaves out nothing"}),
    ({"next_link_host": "https://elsewhere.example"},
     {"next_link": "leaves out from, paginate; names another host"}),
    ({"max_page_size": 500}, {"page_cap": "refused (422)"}),
    ({"max_page_size": 1000}, {"page_too_large": "answered (200)"}),
    ({"page_cap": 200}, {"page_cap": "200"}),
    ({"unpaged_cap": 100}, {"unpaged": "no"}),
    ({"lone_from": "now"}, {"lone_from": "until now"}),
    ({"lone_to": "honoured"}, {"lone_to": "honoured"}),
    ({"max_days": None}, {"longest": "no (200)"}),
    ({"state_ignored": "all"}, {"state": "no"}),
    ({"default_states": ("open", "closed", "expired", "cancelled", "review")},
     {"default_states": "open, closed, cancelled, expired, review"}),
    ({"filter_ignored": True}, {"filter": "no"}),
    ({"asn_column": "updated_at"}, {"notices_date": "updated_at"}),
    ({"per_page_heeded": True}, {"shipments_page": "yes"}),
    ({"ratelimit_headers": False}, {"rate_headers": "none", "others": "not told"}),
    ({"foreign_requests_per_minute": 240}, {"others": "yes"}),
    ({"naive_behind": 5}, {"naive_times": "no"}),
    ({"absent": "404"}, {"no_cart": "404", "no_return": "404", "no_notes": "404"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def account() -> Shop:
    """An account of five months, with more than a page of changes."""
    return Shop.seeded(returns=2500, seed=1, start="2026-07-01", end=NOW, now=NOW)


def ask(shop: Shop, quirks: Quirks, faults: Faults | None = None) -> dict[str, AnsweredQuestion]:
    with serve(shop, quirks=quirks, faults=faults) as loop:
        run = TapLoopReturns(config=settings(loop, requests_per_minute=300)).run
        found = {one.name: one for one in page.findings(run.client, shop.moment())}
        assert run.client.requests <= MOST
        assert {request.method for request in loop.requests} == {"GET"}
        run.client.close()
    return found


def test_it_finds_an_account_as_it_is_documented(account: Shop) -> None:
    """Each question has its answer, from at most forty readings."""
    found = ask(account, Quirks())
    assert {name: found[name].answer for name in DOCUMENTED} == DOCUMENTED
    assert set(found) == {*DOCUMENTED, "shapes"}


@pytest.mark.parametrize(("quirks", "answers"), sampled(OTHERWISE, 3))
def test_it_finds_what_differs(
    account: Shop, quirks: dict[str, Any], answers: dict[str, str]
) -> None:
    """The mock account set to any other answer is told to be so."""
    found = ask(account, Quirks(**quirks))
    told = {name: found[name].answer for name in answers}
    assert {name: told[name][: len(wanted)] for name, wanted in answers.items()} == answers


def test_fractions_and_unknown_states_are_seen(account: Shop) -> None:
    """Of a state the word, as Loop sends it; of a time only that it has a fraction."""
    faults = Faults(
        mutate=lambda body: body.replace(b".000Z", b".123Z").replace(b'"closed"', b'"partial"')
    )
    found = ask(account, Quirks(), faults)
    assert found["fractions"].answer == "yes"
    assert "partial" in found["states_seen"].seen
    assert found["states_seen"].answer.startswith("1 state")


def test_no_personal_data_is_on_the_page(account: Shop) -> None:
    """No address, name, id, token or link of any return that was looked at."""
    text = page.page(ask(account, Quirks()).values(), version="2026-10", requests=30, by="test")
    for row in account.returns.values():
        for name in ("id", "customer", "order_name", "tracking_number", "status_page_url"):
            value = row.get(name)
            assert not value or value == "N/A" or str(value) not in text
    assert text.count("\n| ") == len(DOCUMENTED) + 3


def test_a_key_of_one_scope_and_an_empty_account_are_answers_too() -> None:
    """What cannot be asked is left open, and nothing ends in an error."""
    shop = Shop.seeded(returns=0, seed=1, start="2026-07-01", end=NOW, now=NOW)
    with serve(shop, scopes={"Returns"}) as loop:
        run = TapLoopReturns(config=settings(loop, requests_per_minute=300)).run
        found = {one.name: one.answer for one in page.findings(run.client, shop.moment())}
        run.client.close()
    assert found["order"] == "not told"
    assert found["label_requests"].startswith("401")


@pytest.mark.parametrize(
    "quirks", sampled((q for q, _ in OTHERWISE if "filter_ignored" not in q), 6)
)
def test_the_tap_is_right_or_loud_with_any_of_the_answers(quirks: dict[str, Any]) -> None:
    """All returns of all states are delivered; where they cannot be, the run does not succeed."""
    shop = Shop.seeded(returns=150, seed=3, start="2026-09-01", end=NOW, now=NOW)
    with serve(shop, quirks=Quirks(**{"requests_per_minute": None, **quirks})) as loop:
        config = settings(loop, start_date="2026-09-01", end_date=NOW, page_size=500)
        ran: Output = run_tap(config, fails=None)
    if ran.error is None:
        wanted = {row["id"] for row in shop.truth("returns") if row["updated_at"] < NOW}
        assert wanted <= {row["id"] for row in ran.records("returns")}
