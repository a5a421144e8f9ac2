"""Every action of every kind, against an account that refuses what Loop refuses."""

from __future__ import annotations

import re

import pytest

from loop_returns.errors import AccessError
from mock_loop import ALL_SCOPES, Faults, Shop
from mock_loop.loop import ROUTES
from mock_loop.routes import find
from target_loopreturns.actions import schemas
from tests.acting import Desk, messages
from tests.sampling import sampled
from tests.target_loopreturns.kinds.cases import CASES, Case, furnish

ALLOWED = {"apply": True, "allow": list(schemas.PERMISSIONS), "wait_seconds": 2}
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
SOME = pytest.mark.parametrize("case", sampled(CASES, 12), ids=lambda case: case.name)
"""All of them, of which a quarter are in the quick run."""


@pytest.fixture(autouse=True)
def furnished(shop: Shop) -> None:
    furnish(shop)


def asked(desk: Desk) -> list[str]:
    return [one.rpartition(" ")[0].replace(" ", " /") for one in desk.changes()]


def test_each_action_of_each_kind_has_its_case() -> None:
    """Whoever adds a kind says here what it does, and what Loop refuses of it."""
    actions = {
        f"{kind}-{name}"
        for kind in schemas.KINDS
        for name in schemas.schema(kind)["properties"]["action"]["enum"]
    }
    assert {case.name for case in CASES} == actions


@EVERY
def test_it_is_planned_then_done_once_and_never_again(case: Case, desk: Desk, shop: Shop) -> None:
    """One request, as Loop documents it; the next run knows, and its answer with it."""
    rows = messages({case.kind: [case.done]})
    assert desk.run(rows, allow=ALLOWED["allow"]).results == {"planned": 1}
    assert asked(desk) == []
    for _ in range(2):
        ran = desk.run(rows, **ALLOWED)
        assert (ran.exit_code, ran.results) == (0, {"done": 1}), ran.outcomes
        (row,) = ran.outcomes
        assert set(case.answer) <= set(row["answer"] or ())
    (request,) = asked(desk)
    form = re.escape(case.change).replace(re.escape("{}"), "[^/]+")
    assert re.fullmatch(form, request), request
    assert set(shop.acted.values()) == {1}


@SOME
def test_what_loop_refuses_is_refused_and_nothing_is_done(
    case: Case, desk: Desk, shop: Shop
) -> None:
    """By a rule before Loop is asked, or in Loop's words; other rows go on."""
    if not case.refused:
        pytest.skip("nothing is left to refuse")
    ran = desk.run(messages({case.kind: [case.refused]}), **ALLOWED)
    assert (ran.exit_code, ran.results) == (0, {"refused": 1}), ran.outcomes
    (row,) = ran.outcomes
    assert row["reason"]
    assert row["code"]
    done = {key for key in shop.acted if key[1] != "import"}
    assert not done


@SOME
def test_a_key_without_the_scope_ends_the_run_and_the_row_is_tried_again(
    case: Case, desk: Desk, shop: Shop
) -> None:
    """The outcome is failed, and names the scope; with it, the next run does it."""
    method, path = case.change.split(" ")
    route, _, _ = find(ROUTES, method, path.replace("{}", "5"))
    assert route is not None
    desk.loop.scopes = ALL_SCOPES - {route.scope}
    rows = messages({case.kind: [case.done]})
    ran = desk.run(rows, **ALLOWED)
    assert ran.exit_code == AccessError.exit_code
    assert route.scope in ran.error
    assert set(ran.results) <= {"failed", "not_tried"}
    assert not shop.acted
    desk.loop.scopes = ALL_SCOPES
    assert desk.run(rows, **ALLOWED).results == {"done": 1}


@SOME
def test_a_lost_answer_does_nothing_twice(case: Case, desk: Desk, shop: Shop) -> None:
    """Carried out, and the connection broken: found, or uncertain; where asked again, harmless."""
    desk.loop.faults = Faults.script(["acted-close"], methods=("POST", "PUT", "DELETE"))
    rows = messages({case.kind: [case.done]})
    first = desk.run(rows, **ALLOWED)
    desk.run(rows, **ALLOWED)
    again = {"order_links-link", "order_links-qr", "labels-update"}
    most = 2 if case.name in again else 1
    assert max(shop.acted.values()) <= most, shop.acted
    expected = {"uncertain"} if case.name == "carts-create" else {"done", "queued"}
    assert set(first.results) <= expected, first.outcomes[0]["reason"]
