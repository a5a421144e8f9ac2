"""The history: every run and every outcome, also of a run that died."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from mock_loop import Shop
from target_loopreturns.sending import sender
from target_loopreturns.sending.history import RunHistory
from target_loopreturns.sending.open_ledger import opened
from tests.acting import Desk, Row, returns
from tests.target_loopreturns.databases import BOTH
from tests.target_loopreturns.runs.rows import APPLY, flag, note


@pytest.fixture(params=BOTH)
def ledger_kind(request: pytest.FixtureRequest) -> str:
    """All of this holds wherever the ledger is."""
    kind: str = request.param
    return kind


def told(desk: Desk) -> tuple[list[Row], list[Row]]:
    with opened(desk.config()["ledger"]) as store:
        return list(RunHistory(store).runs()), list(RunHistory(store).outcomes())


def test_each_run_and_each_outcome_is_kept_in_order(desk: Desk) -> None:
    """Plans, too, as runs that applied nothing; what was done before is not told again."""
    desk.run(returns(flag("1")))
    desk.run(returns(flag("1"), flag("3")), **APPLY)
    desk.run(returns(flag("1"), flag("7")), **APPLY)
    runs, outcomes = told(desk)
    assert [(run["applied"], run["outcome"], run["rows"]) for run in runs] == [
        (False, "ended", 1), (True, "ended", 2), (True, "ended", 2),
    ]  # fmt: skip
    assert [run["outcomes"] for run in runs] == [{}, {"done": 1, "refused": 1}, {"done": 1}]
    first = outcomes[0]["sequence"]
    assert [row["sequence"] - first for row in outcomes] == [0, 1, 2]
    assert [row["return_id"] for row in outcomes] == ["1", "3", "7"]
    assert outcomes[0]["run_id"] == runs[1]["run_id"] != runs[2]["run_id"]


class Perished(BaseException):
    """The process is no more."""


def test_a_run_that_died_has_an_outcome_for_each_action(
    desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done, under way, and without a turn: told apart by whoever opens the ledger next."""

    def dying(*given: Any) -> Any:
        if len(shop.notes.get("1", ())) == 1:
            monkeypatch.setattr(RunHistory, "_end", lambda *_: None)
            monkeypatch.setattr("target_loopreturns.sending.ledger.Ledger.tell", lambda *_: None)
            raise Perished
        return ask(*given)

    ask = sender.Sender._ask
    monkeypatch.setattr(sender.Sender, "_ask", dying)
    rows = [note("1") | {"content": f"n{n}"} for n in range(3)]
    with suppress(Perished):
        desk.run(returns(*rows), **APPLY)
    runs, outcomes = told(desk)
    assert [(run["outcome"], run["exit_code"]) for run in runs] == [("died", None)]
    assert [row["outcome"] for row in outcomes] == ["done", "uncertain", "not_tried"]
    assert {row["run_id"] for row in outcomes} == {runs[0]["run_id"]}
