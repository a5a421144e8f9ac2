"""Grades and dispositions keep to Loop's rules, and show in the returns."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Loop
from tests.mock_loop.asking import change, get

CATEGORY = {"subject": "item", "title": "Worn", "grade": "grade_b"}


def item(own: Loop, **more: Any) -> dict[str, Any]:
    first = own.shop.returns["1"]["line_items"][0]["line_item_id"]
    return {"line_item_id": int(first), "description": "Worn", **more}


@pytest.mark.parametrize(
    ("version", "more", "status"),
    [
        ("2026-10", {"condition_category": CATEGORY}, 200),
        ("2026-10", {"condition_category": "grade_b"}, 422),
        ("2026-07", {"condition_category": "grade_b"}, 200),
        ("2026-07", {"condition_category": CATEGORY}, 422),
        ("2026-07", {"condition_category": "grade_z"}, 422),
        ("2026-10", {"description": ""}, 422),
        ("2026-10", {"images": ["https://a.example"] * 6}, 422),
        ("2026-10", {"line_item_id": 5}, 403),
    ],
)
def test_a_grade_is_refused_by_its_field(
    own: Loop, version: str, more: dict[str, Any], status: int
) -> None:
    """422 names items.N and the field; an item of another shop is 403."""
    body = {"items": [item(own, **more)]}
    answer = change(own, "POST", "/dispositioning/grade", body, version=version)
    assert answer.status_code == status
    assert status != 422 or next(iter(answer.json()["errors"])).startswith("items.0.")


def test_what_is_found_of_an_item_stands_in_its_return(own: Loop) -> None:
    """In the details as in the list, and the return has changed."""
    items = [{"line_item_id": item(own)["line_item_id"], "disposition_outcome": "donate"}]
    assert change(own, "POST", "/dispositioning/assess", {"items": items}).status_code == 200
    row = get(own, "/warehouse/return/details", {"return_id": "1"}).json()
    assert row["line_items"][0]["disposition"]["disposition_outcome"] == "donate"


def test_thirty_items_go_in_a_request(own: Loop) -> None:
    """One more is 422."""
    for count, status in ((30, 200), (31, 422), (0, 422)):
        body = {"items": [item(own)] * count}
        assert change(own, "POST", "/dispositioning/grade", body).status_code == status
