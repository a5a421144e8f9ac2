"""Labels are watched until they are there; providers' labels go by their requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mock_loop import Shop
from target_loopreturns.kinds.present import Present
from tests.acting import Desk, messages
from tests.target_loopreturns.acts import act, judged
from tests.target_loopreturns.kinds.cases import LABEL

GENERATE = messages({"return_labels": [{"return_id": "1"}]})
ALLOWED = {"apply": True, "allow": ["generate"]}


def test_a_label_is_watched_to_its_end(desk: Desk, shop: Shop) -> None:
    """Queued, and found by a later run, with its URL; asked for once."""
    shop.edit_return("1", labels=[])
    desk.loop.quirks = replace(desk.loop.quirks, process_seconds=600)
    for _ in range(2):
        assert desk.run(GENERATE, **ALLOWED).results == {"queued": 1}
    shop.later = [(0.0, job) for _, job in shop.later]
    (row,) = desk.run(GENERATE, **ALLOWED).outcomes
    assert row["outcome"] == "done"
    assert row["answer"]["url"] == shop.returns["1"]["labels"][0]["url"]
    assert desk.changes() == ["POST returns/1/labels 202"]


def test_a_label_that_never_comes_is_told(desk: Desk, shop: Shop) -> None:
    """After `queue_minutes` it is uncertain, and holds STATE back."""
    shop.edit_return("1", labels=[])
    desk.loop.quirks = replace(desk.loop.quirks, process_seconds=600)
    desk.run(GENERATE, **ALLOWED)
    ran = desk.run(GENERATE, **ALLOWED, queue_minutes=0)
    assert (ran.exit_code, ran.results) == (7, {"uncertain": 1})
    assert "look at it in Loop" in ran.outcomes[0]["reason"]


def test_a_label_costs_and_so_wants_permission(desk: Desk, shop: Shop) -> None:
    """Without `generate` in `allow`, none is made."""
    shop.edit_return("1", labels=[])
    (row,) = desk.run(GENERATE, apply=True).outcomes
    assert (row["code"], desk.changes()) == ("not_allowed", [])


def test_the_outcome_says_that_a_plain_key_may_not_do(desk: Desk, shop: Shop) -> None:
    """Loop's pages name OAuth for providers; its 401 does not say so."""
    shop.labels[7] = {"id": 7, "status": "new"}
    desk.loop.scopes -= {"Labels (Write)"}
    rows = messages({"labels": [{"action": "update", "id": 7, "status": "delivered"}]})
    ran = desk.run(rows, apply=True)
    assert (ran.exit_code, ran.results) == (3, {"failed": 1})
    assert "OAuth" in ran.outcomes[0]["reason"]


@pytest.mark.parametrize(
    ("request_now", "result"),
    [
        ({"status": "issued", "errors": ["old"]}, "planned"),
        ({"status": "fulfilled"}, "refused"),
        ({"status": "cancelled"}, "refused"),
        (None, "refused"),
    ],
)
def test_a_label_request_takes_one_label(request_now: dict[str, Any] | None, result: str) -> None:
    """Known from its status, before Loop is asked."""
    present = Present(things={("labels", "5"): request_now})
    action = act("labels", action="create", label_request_id=5, **LABEL)
    assert judged(present, action)[0].outcome.result == result


def test_an_error_is_told_once() -> None:
    """Errors stand in the request, as objects or, in one edition, as texts."""
    error: dict[str, Any] = {"reason": "Other", "message": "no"}
    present = Present(things={("label_request_errors", "5"): {"errors": ["x", error]}})
    new = error | {"message": "new"}
    rows = [act("label_request_errors", label_request_id=5, **one) for one in (error, new)]
    assert [one.outcome.result for one in judged(present, *rows)] == ["done", "planned"]
