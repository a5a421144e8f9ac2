"""The kinds of action are one for each name that a stream may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_loop.loop import ROUTES
from mock_loop.routes import find
from target_loopreturns import kinds
from target_loopreturns.actions import schemas
from tests.target_loopreturns.acts import act
from tests.target_loopreturns.kinds.cases import CASES
from tests.target_loopreturns.kinds.documented import ELSEWHERE, OFFERED


def test_every_name_of_a_stream_has_its_kind() -> None:
    """None is known to the reading of rows alone, none to the sending alone."""
    assert list(kinds.BY_NAME) == list(schemas.KINDS)
    assert kinds.of(act(action="cancel")) is kinds.BY_NAME["return_actions"]


def test_each_documented_change_is_one_of_an_action() -> None:
    """The requests that the cases are proven to make are those that Loop documents, all of them."""
    assert {case.change for case in CASES} == set(OFFERED)


@pytest.mark.parametrize("change", ELSEWHERE)
def test_what_is_not_offered_stands_in_the_page_with_the_reason(change: str) -> None:
    """In the table of docs/target.md, beside the method and the path, why not."""
    page = (Path(__file__).parents[3] / "docs" / "target.md").read_text("utf-8")
    table = page.partition("## What is not offered")[2].partition("\n## ")[0]
    method, path = change.split(" ")
    rows = [row for row in table.splitlines() if f"{path}`" in row]
    assert any(method in row or path == "/draft-returns" for row in rows), change
    assert all(row.rstrip("| ").rpartition("|")[2].strip() for row in rows)


@pytest.mark.parametrize("change", OFFERED)
def test_the_mock_account_takes_each_documented_change(change: str) -> None:
    """So that each is proven against its rules."""
    method, path = change.split(" ")
    route, _, _ = find(ROUTES, method, path.replace("{}", "5"))
    assert route is not None
