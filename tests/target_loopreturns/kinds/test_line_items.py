"""Grades and dispositions: many in a request, and looked for in the returns."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Faults, Shop
from target_loopreturns.kinds.present import Present, ReturnNow
from target_loopreturns.planning import plan
from target_loopreturns.sending import api_calls
from tests.acting import Desk, messages
from tests.target_loopreturns.acts import act, judged

APPLY = {"apply": True, "api_version": "2026-07"}


def grade(item: str, **more: Any) -> dict[str, Any]:
    return {"return_id": item[0], "line_item_id": item, "description": "Worn", **more}


def filled(shop: Shop, count: int) -> list[str]:
    """A return of many items."""
    items = shop.returns["1"]["line_items"]
    made = [items[0] | {"line_item_id": f"1{n:03}", "condition": None} for n in range(count)]
    shop.edit_return("1", line_items=made)
    return [one["line_item_id"] for one in made]


def test_as_many_go_in_a_request_as_loop_takes_for_certain(desk: Desk, shop: Shop) -> None:
    """45 items are three requests; each is kept, and the next run asks for none."""
    rows = messages({"line_item_grades": [grade(item) for item in filled(shop, 45)]})
    for _ in range(2):
        assert desk.run(rows, **APPLY).results == {"done": 45}
    assert desk.changes() == ["POST dispositioning/grade 200"] * 3
    assert all(one["condition"] for one in shop.returns["1"]["line_items"])


def test_one_item_that_is_refused_does_not_take_the_others_with_it(desk: Desk, shop: Shop) -> None:
    """Loop refuses the request as a whole; asked one by one, the rest is done."""
    rows = [grade(item) for item in filled(shop, 3)]
    rows[1]["condition_category"] = "grade_z"
    ran = desk.run(messages({"line_item_grades": rows}), **APPLY)
    assert ran.results == {"done": 2, "refused": 1}
    assert "condition_category" in ran.of(outcome="refused")["reason"]
    assert set(shop.acted.values()) == {1}


def test_a_batch_whose_answer_was_lost_is_found_item_by_item(desk: Desk, shop: Shop) -> None:
    """Each of its items is looked for in its return."""
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST",))
    rows = messages({"line_item_grades": [grade(item) for item in filled(shop, 5)]})
    assert desk.run(rows, **APPLY).results == {"done": 5}
    assert set(shop.acted.values()) == {1}


def test_nothing_overtakes_another_action_on_the_same_return() -> None:
    """A batch ends where an action on one of its returns comes between."""
    states = {"1": ReturnNow("open", "refund", frozenset({"11", "12"})),
              "7": ReturnNow("open", "refund", frozenset({"71"}))}  # fmt: skip
    rows = [
        act("line_item_grades", **grade("11"), line=1),
        act("return_actions", return_id="1", action="flag", line=2),
        act("line_item_grades", **grade("71"), line=3),
        act("line_item_grades", **grade("12"), line=4),
    ]
    steps = plan.steps(judged(Present(returns=dict(states), version="v1"), *rows))
    assert [[one.line for one in step] for step in steps] == [[1, 3], [2], [4]]


OBJECT = {"subject": "item", "title": "Worn", "grade": "grade_b"}


@pytest.mark.parametrize(
    ("version", "given", "sent", "result"),
    [
        ("v1", "grade_b", "grade_b", "planned"),
        ("2026-07", OBJECT, "grade_b", "planned"),
        ("2026-10", OBJECT, OBJECT, "planned"),
        ("2026-10", "grade_b", None, "refused"),
        ("unstable", "grade_b", None, "refused"),
    ],
)
def test_a_category_is_what_the_version_takes(
    version: str, given: Any, sent: Any, result: str
) -> None:
    """A word up to 2026-07, an object from 2026-10 on; an object serves both."""
    present = Present(returns={"1": ReturnNow("open", None, frozenset({"11"}))}, version=version)
    action = act("line_item_grades", **grade("11", condition_category=given))
    (planned,) = judged(present, action)
    assert planned.outcome.result == result
    if sent:
        body: Any = api_calls.request([action], None, version).body
        assert body["items"][0]["condition_category"] == sent


def test_what_loop_keeps_in_another_form_is_so_already() -> None:
    """A category as a word, a moment in another zone, a blank: not asked for again."""
    kept = {"description": "Worn ", "condition_category": "grade_b",
            "inspected_at": "2026-10-01 10:00:00"}  # fmt: skip
    now = ReturnNow("closed", None, frozenset({"11"}), {"11": {"condition": kept}})
    row = grade("11", condition_category=OBJECT, inspected_at="2026-10-01T12:00:00+02:00")
    present = Present(returns={"1": now}, version="2026-10")
    assert judged(present, act("line_item_grades", **row))[0].outcome.result == "done"
