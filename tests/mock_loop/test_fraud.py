"""Reports of fraud keep to Loop's rules."""

from __future__ import annotations

from mock_loop import Loop
from tests.mock_loop.asking import change

PATH = "/returns/1/fraud-report"
REPORT = {"category": "item-is-worn"}


def test_a_return_has_one_report_until_it_is_deleted(own: Loop) -> None:
    """201, 409 to a second, gone after a deletion; the category other wants a comment."""
    asked = [
        change(own, "POST", PATH, {"category": "other"}),
        change(own, "POST", PATH, REPORT),
        change(own, "POST", PATH, REPORT),
        change(own, "DELETE", PATH),
        change(own, "DELETE", PATH),
        change(own, "POST", "/returns/2/fraud-report", REPORT),
    ]
    assert [answer.status_code for answer in asked] == [422, 201, 409, 204, 404, 404]
