"""Whole runs of the target against the mock account, which refuses and breaks as Loop does."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from target_loopreturns import run as run_
from tests.acting import ALL_ALLOWED, Desk, Expected, messages, mixed, returns
from tests.mock_loop import ACTED, ALL_SCOPES, Faults, Quirks, Shop, serve

FREE = Quirks(requests_per_minute=None)
APPLY = {"apply": True}
ACCESS, UNAVAILABLE, UNSETTLED, INPUT = 3, 4, 7, 8


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Loop has nothing under way, so there is nothing to wait for before a look."""
    monkeypatch.setattr(run_, "_BREATH", 0.0)


@pytest.fixture
def shop() -> Shop:
    """Five returns of known state and outcome."""
    made = Shop()
    states = {"1": "open", "2": "review", "3": "closed", "4": "cancelled", "5": "expired"}
    for own, state in states.items():
        made.add_return(own, state, outcome="refund", line_items=_items(made, own))
    made.add_return("6", "open", outcome="exchange")
    made.add_return("7", "open", outcome=None, line_items=_items(made, "7"))
    made.add_return("8", "open", outcome="refund")
    for name in ("allowlists", "blocklists"):
        made.table(name)[3] = {
            "id": 3, "type": "email", "value": "known@shop.example", "secondary_value": None,
            "created_at": "2026-01-05 00:00:00",
        }  # fmt: skip
    return made


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Desk]:
    with serve(shop, quirks=FREE) as loop:
        yield Desk(loop, tmp_path)


def _items(shop: Shop, own: str) -> list[dict[str, Any]]:
    row = shop.maker.make(own, shop.moment(), shop.moment(), "open")
    return [row["line_items"][0] | {"line_item_id": f"{own}{n}"} for n in (1, 2)]


def flag(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "flag"}


def process(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "process"}


def note(own: str = "1") -> dict[str, Any]:
    return {"return_id": own, "action": "note", "content": "hello"}


# Nothing by accident


def test_without_apply_nothing_is_changed(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    """By default a run only plans: what it would do, and why not, on the screen and in the file."""
    given = returns(flag("1"), process("1"), flag("3"), state={"at": 1})
    ran = desk.run(given)
    assert (ran.exit_code, ran.state, desk.changes()) == (0, [], [])
    assert [row["outcome"] for row in ran.outcomes] == ["planned", "refused", "refused"]
    said = capfd.readouterr().err
    assert "line 2: flag return 1 (open): would be done" in said
    assert "line 4: flag return 3 (closed): refused: the return is closed" in said
    assert "set 'apply: true'" in said


def test_what_cannot_be_undone_wants_its_name_in_allow(desk: Desk) -> None:
    """`apply` alone neither processes nor deletes."""
    given = messages(
        {"return_actions": [process()], "blocklist_items": [{"action": "delete", "id": 3}]}
    )
    ran = desk.run(given, **APPLY)
    assert {row["code"] for row in ran.outcomes} == {"not_allowed"}
    assert desk.changes() == []
    ran = desk.run(given, **ALL_ALLOWED, wait_seconds=5)
    assert ran.results == {"done": 2}


def test_too_many_actions_stop_before_the_first_request(desk: Desk) -> None:
    """`max_actions` counts what is left to do, not what an earlier run has done."""
    given = returns(flag("1"), flag("7"))
    ran = desk.run(given, **APPLY, max_actions=1)
    assert (ran.exit_code, desk.loop.requests) == (INPUT, [])
    assert "'max_actions'" in ran.error
    assert desk.run(returns(flag("1")), **APPLY, max_actions=1).exit_code == 0
    assert desk.run(given, **APPLY, max_actions=1).results == {"done": 2}


def test_a_row_that_does_not_fit_stops_before_the_first_request(desk: Desk) -> None:
    """One bad row among good ones, wherever it stands: nothing is done."""
    ran = desk.run(returns(flag("1"), {"return_id": "7", "action": "burn"}), **APPLY)
    assert (ran.exit_code, desk.loop.requests) == (INPUT, [])
    assert "line 3, stream return_actions, field 'action'" in ran.error


def test_five_hundred_mixed_actions_end_as_the_rules_say(tmp_path: Path) -> None:
    """Plan, apply, and apply again: states as the rules say, and then no more changes."""
    shop = Shop.seeded(returns=2000, seed=3)
    rows = mixed(shop, 500)
    expected = Expected.of(shop, rows["return_actions"])
    with serve(shop, quirks=FREE) as loop:
        desk = Desk(loop, tmp_path)
        given = messages(rows, state={"at": 1})
        planned = desk.run(given)
        assert (planned.state, desk.changes(), sum(shop.acted.values())) == ([], [], 0)
        ran = desk.run(given, **ALL_ALLOWED, wait_seconds=20)
        assert (ran.exit_code, ran.state) == (0, [{"at": 1}])
        assert len(ran.outcomes) == sum(map(len, rows.values()))
        on_returns = [row for row in ran.outcomes if row["stream"] == "return_actions"]
        assert [row["outcome"] for row in on_returns] == expected.results
        assert all(row["outcome"] == "done" for row in ran.outcomes if row not in on_returns)
        assert {own: shop.book[own].state for own in expected.states} == expected.states
        assert set(shop.acted.values()) == {1}
        loop.clear_requests()
        again = desk.run(given, **ALL_ALLOWED)
        assert (desk.changes(), again.state) == ([], [{"at": 1}])
        assert again.results == ran.results


def test_many_returns_cost_fewer_requests_than_there_are(tmp_path: Path) -> None:
    """Present states of many returns come from the list; of few, one by one."""
    shop = Shop.seeded(returns=800, seed=5)
    ids = [found.id for found in shop.book][:400]
    with serve(shop, quirks=FREE) as loop:
        ran = Desk(loop, tmp_path).run(returns(*map(flag, ids)))
        assert ran.results["planned"] == sum(shop.book[own].state == "open" for own in ids)
        assert len(loop.requests) < 100
        loop.clear_requests()
        Desk(loop, tmp_path).run(returns(*map(flag, ids[:5])))
        assert len(loop.requests) == 5


# Refusals


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("return_actions", process("3"), {}, "ended"),
    ("return_actions", process("4"), {}, "ended"),
    ("return_actions", process("5"), {}, "ended"),
    ("return_actions", process("2"), {}, "flagged"),
    ("return_actions", process("2"), {"process_flagged": True}, "UNPROCESSABLE_FLAGGED_RETURN"),
    ("return_actions", flag("2"), {}, "flagged"),
    ("return_actions", {"return_id": "2", "action": "cancel"}, {}, "flagged"),
    ("return_actions", {"return_id": "4", "action": "close"}, {}, "ended"),
    ("return_actions", flag("99"), {}, "return_not_found"),
    (
        "return_actions",
        {"return_id": "7", "action": "remove_line_items", "line_item_ids": "71"},
        {},
        "HTTP_403",
    ),
    (
        "return_actions",
        {"return_id": "6", "action": "remove_line_items", "line_item_ids": "1"},
        {},
        "outcome",
    ),
    (
        "return_actions",
        {"return_id": "1", "action": "remove_line_items", "line_item_ids": "99"},
        {},
        "line_items",
    ),
    ("fraud_reports", {"return_id": "99", "category": "item-is-worn"}, {}, "return_not_found"),
    ("carts", {"action": "create", "cart": [1]}, {}, "HTTP_200"),
    ("carts", {"action": "update", "token": "gone", "cart": [1]}, {}, "cart_not_found"),
    ("destinations", {"action": "update", "id": 9, "name": "B"}, {}, "not_found"),
    (
        "destinations",
        {"action": "create", "name": "B", "type": "donate", "address": {"city": "Reno"}},
        {},
        "HTTP_422",
    ),
    (
        "webhooks",
        {"action": "create", "topic": "no", "trigger": "no.no", "url": "https://a.example"},
        {},
        "HTTP_422",
    ),
    (
        "webhooks",
        {"action": "update", "id": 9, "status": "active"},
        {},
        "not_found",
    ),
]


@pytest.mark.parametrize(("stream", "row", "settings", "code"), REFUSED)
def test_each_refusal_is_an_outcome_with_its_reason(
    desk: Desk, stream: str, row: dict[str, Any], settings: dict[str, Any], code: str
) -> None:
    """By a rule or by Loop: the run succeeds, and the row says why it was refused."""
    ran = desk.run(messages({stream: [row]}, state=1), **ALL_ALLOWED, **settings)
    (told,) = ran.outcomes
    assert (told["outcome"], told["code"], ran.exit_code) == ("refused", code, 0)
    assert len(told["reason"]) > 10
    assert ran.state == [1]
    sent = code.isupper()
    assert (len(desk.changes()), told["http_status"] is not None) == (int(sent), sent)


MOVED: list[tuple[dict[str, Any], str, str]] = [
    (process(), "closed", "UNPROCESSABLE_RETURN"),
    (process(), "expired", "HTTP_200"),
    (flag(), "closed", "UNPROCESSABLE_RETURN"),
    ({"return_id": "1", "action": "cancel"}, "review", "UNPROCESSABLE_RETURN"),
    ({"return_id": "1", "action": "close"}, "cancelled", "UNPROCESSABLE_RETURN"),
    (
        {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"},
        "closed",
        "UNPROCESSABLE_RETURN",
    ),
]


@pytest.mark.parametrize(("row", "state", "code"), MOVED)
def test_loop_has_the_last_word(
    desk: Desk, shop: Shop, row: dict[str, Any], state: str, code: str
) -> None:
    """A return that moves after it was looked at is refused by Loop: an outcome, not a crash."""

    def move(number: int, shop: Shop) -> None:
        if number == 1:
            shop.move_return("1", state)

    desk.loop.hook = move
    told = desk.run(returns(row), **ALL_ALLOWED).of(return_id="1")
    assert (told["outcome"], told["code"], told["return_state"]) == ("refused", code, "open")
    assert shop.book["1"].state == state


def test_lists_refuse_under_400_and_reports_under_409(desk: Desk, shop: Shop) -> None:
    """An entry that appears meanwhile, a return that has been reported before."""

    def appear(_number: int, shop: Shop) -> None:
        entry = shop.blocklists[3] | {"id": 4, "value": "new@shop.example"}
        if desk.loop.requests:
            shop.blocklists[4] = entry

    desk.loop.hook = appear
    ran = desk.run(
        messages({"blocklist_items": [{"type": "email", "value": "new@shop.example"}]}), **APPLY
    )
    assert [(row["code"], row["http_status"]) for row in ran.outcomes] == [
        ("ITEM_ALREADY_EXISTS", 400)
    ]
    desk.loop.hook = None
    shop.fraud_reports["1"] = {}
    report = {"return_id": "1", "category": "item-is-worn"}
    (told,) = desk.run(messages({"fraud_reports": [report]}), **APPLY).outcomes
    assert (told["outcome"], told["http_status"]) == ("refused", 409)
    assert told["reason"] == "The return has been reported."


def test_a_limit_of_destinations_is_told_by_its_code(desk: Desk) -> None:
    """Loop's own codes come through as they are."""
    desk.loop.quirks = Quirks(requests_per_minute=None, destination_limit=0)
    address = {"address1": "1 Dock", "city": "Reno", "country": "US", "country_code": "US"}
    row = {"action": "create", "name": "B", "type": "donate", "address": address}
    (told,) = desk.run(messages({"destinations": [row]}), **APPLY).outcomes
    assert told["code"] == "DESTINATION_LIMIT_EXCEEDED"


def test_what_loop_refused_is_asked_again_only_when_told_so(desk: Desk, shop: Shop) -> None:
    """A refusal by Loop ends an action; `retry_refused` opens it again."""
    given = returns(process("2"))
    settings = {**ALL_ALLOWED, "process_flagged": True}
    assert desk.run(given, **settings).results == {"refused": 1}
    assert len(desk.changes()) == 1
    assert desk.run(given, **settings).results == {"refused": 1}
    assert len(desk.changes()) == 1
    desk.loop.quirks = Quirks(requests_per_minute=None, process_flagged=True)
    ran = desk.run(given, **settings, retry_refused=True, wait_seconds=5)
    assert ran.results == {"done": 1}
    assert shop.book["2"].state == "closed"


def test_what_a_rule_refused_is_judged_anew(desk: Desk, shop: Shop) -> None:
    """Without a request nothing was decided, so the next run looks again."""
    assert desk.run(returns(flag("2")), **APPLY).results == {"refused": 1}
    shop.move_return("2", "open")
    assert desk.run(returns(flag("2")), **APPLY).results == {"done": 1}


# Once


def test_a_repeated_row_is_done_once(desk: Desk, shop: Shop) -> None:
    """Twice in one input, and again in the next."""
    for _ in range(2):
        assert desk.run(returns(note(), note()), **APPLY).results == {"done": 1}
    assert len(shop.notes["1"]) == 1


def test_an_action_id_makes_the_same_content_another_action(desk: Desk, shop: Shop) -> None:
    """Who wants the same note twice says so."""
    rows = [note() | {"action_id": "a"}, note() | {"action_id": "b"}]
    assert desk.run(returns(*rows), **APPLY).results == {"done": 2}
    assert len(shop.notes["1"]) == 2
    ran = desk.run(returns(flag() | {"action_id": "a"}), **APPLY)
    assert (ran.exit_code, "'action_id' is that of another" in ran.error) == (INPUT, True)


LOST = [
    ("return_actions", {"return_id": "1", "action": "cancel"}),
    ("return_actions", flag()),
    ("return_actions", {"return_id": "1", "action": "close"}),
    ("return_actions", note()),
    ("return_actions", process()),
    ("return_actions", {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"}),
    ("return_actions", {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11,12"}),
    ("blocklist_items", {"type": "order", "value": "#1"}),
    ("allowlist_items", {"action": "delete", "type": "email", "value": "known@shop.example"}),
    ("fraud_reports", {"return_id": "1", "category": "item-is-worn"}),
    (
        "webhooks",
        {"action": "create", "topic": "label", "trigger": "label.created", "url": "http://a.b"},
    ),
    (
        "destinations",
        {"action": "create", "name": "B", "type": "donate", "address": {"address1": "1 Dock"}},
    ),
]


@pytest.mark.parametrize("fault", [*ACTED, "truncate"])
@pytest.mark.parametrize(("stream", "row"), LOST)
def test_a_lost_answer_is_looked_up_and_not_repeated(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], fault: str
) -> None:
    """Loop has made the change, and its answer breaks: found done, and done once."""
    desk.loop.faults = Faults.script([fault], methods=("POST", "DELETE"))
    ran = desk.run(messages({stream: [row]}), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code) == ({"done": 1}, 0)
    assert set(shop.acted.values()) == {1}


@pytest.mark.parametrize("fault", ["500", "502", "close", "reset", "524-html"])
@pytest.mark.parametrize(
    ("stream", "row"), [one for one in LOST if one[1].get("action") != "process"]
)
def test_a_request_that_did_nothing_is_sent_again(
    desk: Desk, shop: Shop, stream: str, row: dict[str, Any], fault: str
) -> None:
    """Loop has not made the change, which a look shows; so it is asked for again."""
    desk.loop.faults = Faults.script([fault, fault], methods=("POST", "DELETE"))
    ran = desk.run(messages({stream: [row]}), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code, len(desk.changes())) == ({"done": 1}, 0, 3)
    assert set(shop.acted.values()) == {1}


def test_what_never_succeeds_fails_and_is_tried_by_the_next_run(desk: Desk, shop: Shop) -> None:
    """Surely not made: a failure, no STATE, and the next run tries again."""
    desk.loop.faults = Faults(1.0, ["503"], methods=("POST",))
    ran = desk.run(returns(flag(), state=1), **APPLY)
    assert (ran.results, ran.exit_code, ran.state) == ({"failed": 1}, UNSETTLED, [])
    assert "Loop answered 503" in ran.outcomes[0]["reason"]
    desk.loop.faults = None
    ran = desk.run(returns(flag(), state=1), **APPLY)
    assert (ran.results, ran.state, shop.book["1"].state) == ({"done": 1}, [1], "review")


def test_an_action_is_not_tried_after_one_that_failed_on_the_same_return(desk: Desk) -> None:
    """The order of a return's actions is kept, whatever happens; other returns go on."""
    desk.loop.faults = Faults.script(["500"] * 3, methods=("POST",))
    ran = desk.run(returns(note("1"), flag("1"), flag("7")), **APPLY)
    assert [row["outcome"] for row in ran.outcomes] == ["failed", "failed", "done"]
    assert "line 2 on the same return" in ran.outcomes[1]["reason"]


def test_a_process_that_may_be_queued_is_not_repeated(desk: Desk, shop: Shop) -> None:
    """Its answer lost and the return still open: uncertain, and looked at by every run."""
    desk.loop.faults = Faults.script(["close"], methods=("POST",))
    ran = desk.run(returns(process(), state=1), **ALL_ALLOWED)
    assert (ran.results, ran.exit_code, len(desk.changes())) == ({"uncertain": 1}, UNSETTLED, 1)
    assert ran.state == []
    again = desk.run(returns(process()), **ALL_ALLOWED)
    assert (again.results, len(desk.changes())) == ({"uncertain": 1}, 1)
    # Loop has had its time.
    late = desk.run(returns(process()), **ALL_ALLOWED, queue_minutes=0, wait_seconds=5)
    assert (late.results, late.exit_code) == ({"done": 1}, 0)
    assert shop.acted == {("1", "process"): 1}


def test_a_cart_that_may_have_been_made_stays_uncertain(desk: Desk, shop: Shop) -> None:
    """Nothing in Loop can tell, so it is never made twice."""
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST",))
    variant = int(shop.stock[0].external_id)
    given = messages({"carts": [{"action": "create", "cart": [variant]}]})
    for _ in range(2):
        ran = desk.run(given, **APPLY)
        assert (ran.results, ran.exit_code) == ({"uncertain": 1}, UNSETTLED)
    assert len(desk.changes()) == 1


def test_processing_is_checked_by_the_next_run(desk: Desk, shop: Shop) -> None:
    """Queued at first; done once Loop has closed the return, even if its row is not given again."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=0.3)
    ran = desk.run(
        returns(process(), {"return_id": "1", "action": "cancel"}, state=1), **ALL_ALLOWED
    )
    assert [row["outcome"] for row in ran.outcomes] == ["queued", "refused"]
    assert (ran.exit_code, ran.state) == (0, [1])
    shop.queue = [(0.0, own) for _, own in shop.queue]
    later = desk.run(returns(flag("7")), **ALL_ALLOWED)
    assert later.of(return_id="1")["outcome"] == "done"
    assert later.of(return_id="7")["outcome"] == "done"


def test_processing_that_comes_to_another_end_has_failed(desk: Desk, shop: Shop) -> None:
    """The return was cancelled meanwhile: not processed, and said so."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns(process()), **ALL_ALLOWED)
    shop.queue.clear()
    shop.move_return("1", "cancelled")
    ran = desk.run(returns(flag("7")), **ALL_ALLOWED)
    assert (ran.of(return_id="1")["outcome"], ran.exit_code) == ("failed", UNSETTLED)
    assert "cancelled" in ran.of(return_id="1")["reason"]


def test_processing_that_does_not_end_is_uncertain_and_not_repeated(desk: Desk) -> None:
    """Loop said that it has it, so it is not asked again, however long it takes."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=60)
    desk.run(returns(process()), **ALL_ALLOWED)
    for _ in range(2):
        ran = desk.run(returns(process()), **ALL_ALLOWED, queue_minutes=0)
        assert (ran.results, ran.exit_code) == ({"uncertain": 1}, UNSETTLED)
    assert len(desk.changes()) == 1


def test_waiting_sees_the_end_of_processing(desk: Desk) -> None:
    """`wait_seconds` stays until Loop has processed what it queued."""
    desk.loop.quirks = Quirks(requests_per_minute=None, process_seconds=0.5)
    ran = desk.run(returns(process()), **ALL_ALLOWED, wait_seconds=10)
    assert ran.results == {"done": 1}


# The way there and back


def test_requests_beyond_the_budget_wait_for_their_turn(desk: Desk, shop: Shop) -> None:
    """A 429 to a change is waited out and the change is made once: Loop did not look at it."""
    desk.loop.faults = Faults.script(["429-retry-after"], retry_after=0, methods=("POST",))
    ran = desk.run(returns(flag()), **APPLY)
    assert (ran.results, shop.acted) == ({"done": 1}, {("1", "flag"): 1})


def test_a_refused_key_stops_the_run_with_the_scope_to_add(shop: Shop, tmp_path: Path) -> None:
    """A key that may read destinations and not write them: no outcome is made up."""
    scopes = ALL_SCOPES - {"Destinations (Write)"}
    address = {"address1": "1 Dock", "city": "Reno"}
    row = {"action": "create", "name": "B", "type": "donate", "address": address}
    with serve(shop, quirks=FREE, scopes=scopes) as loop:
        ran = Desk(loop, tmp_path).run(messages({"destinations": [row]}, state=1), **APPLY)
    assert (ran.exit_code, ran.state) == (ACCESS, [])
    assert "'Destinations (Write)'" in ran.error


def test_an_account_that_cannot_be_reached_ends_the_run(desk: Desk) -> None:
    """Patience is over: the exit code says so, and no STATE passes."""
    desk.loop.faults = Faults(1.0, ["503"])
    ran = desk.run(returns(flag(), state=1), **APPLY, retry_minutes=0)
    assert (ran.exit_code, ran.state) == (UNAVAILABLE, [])


def test_outcomes_are_singer_messages_or_bare_rows(desk: Desk) -> None:
    """Either format holds the same records, which fit the schema that is sent with them."""
    given = messages({"return_actions": [flag("1"), flag("3")], "blocklist_items": [
        {"type": "email", "value": "who@shop.example"}]})  # fmt: skip
    ran = desk.run(given, **APPLY)
    lines = (desk.folder / "outcomes.jsonl").read_text().splitlines()
    schema = json.loads(lines[0])
    assert (schema["type"], schema["key_properties"]) == ("SCHEMA", ["stream", "action_id"])
    for record in ran.outcomes:
        Draft202012Validator(schema["schema"]).validate(record)
        assert set(record) == set(schema["schema"]["properties"])
    again = desk.run(given, **APPLY, outcomes_format="jsonl").outcomes
    # What is refused by rule is judged anew, and settled at its own time.
    timeless = [[{**record, "settled_at": None} for record in run] for run in (ran.outcomes, again)]
    assert timeless[0] == timeless[1]


def test_neither_key_nor_personal_data_is_told(
    desk: Desk, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The screen and the log name returns and kinds, never an e-mail address or the key."""
    caplog.set_level(logging.DEBUG)
    given = messages({"blocklist_items": [{"type": "email", "value": "who@shop.example"}]})
    desk.loop.faults = Faults.script(["acted-500"], methods=("POST",))
    desk.run(given)
    desk.run(given, **APPLY)
    told = caplog.text + "".join(capfd.readouterr())
    assert "who@" not in told
    assert desk.loop.key not in told


def test_a_ledger_serves_one_run_and_one_account(desk: Desk, tmp_path: Path) -> None:
    """A second run at the same time, or another account's address, is turned away."""
    assert desk.run(returns(flag()), **APPLY).exit_code == 0
    ledger = tmp_path / "ledger.sqlite"
    assert ledger.stat().st_mode & 0o077 == 0
    other = sqlite3.connect(ledger)
    other.execute("begin exclusive")
    ran = desk.run(returns(flag()), **APPLY)
    other.close()
    assert (ran.exit_code, "in use" in ran.error) == (1, True)
    ran = desk.run(returns(flag()), **APPLY, api_url="https://api.loopreturns.com")
    assert (ran.exit_code, "give each account its own" in ran.error) == (1, True)
    (tmp_path / "ledger.sqlite").write_text("no database, but long enough to be looked at" * 40)
    ran = desk.run(returns(flag()), **APPLY)
    assert (ran.exit_code, "'ledger'" in ran.error) == (1, True)
