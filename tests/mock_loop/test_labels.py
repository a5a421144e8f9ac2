"""Labels keep to Loop's rules: of returns in Loop's own time, of providers by their requests."""

from __future__ import annotations

from mock_loop import Loop
from tests.mock_loop.asking import change, get

RATE = {"amount": 5, "currency_code": "USD"}
LABEL = {"tracking_number": "1", "carrier": "USPS", "label_url": "https://a.example", "rate": RATE}


def test_a_return_gets_one_label_later(own: Loop) -> None:
    """202, then it stands in the details, and a second is 409; an ended return gets none."""
    first = change(own, "POST", "/returns/1/labels")
    assert (first.status_code, first.json()["returnId"]) == (202, 1)
    row = get(own, "/warehouse/return/details", {"return_id": "1"}).json()
    assert row["labels"][0]["tracking_number"] == row["tracking_number"]
    assert change(own, "POST", "/returns/1/labels").status_code == 409
    assert change(own, "POST", "/returns/2/labels").status_code == 404
    own.shop.edit_return("1", labels=[], state="closed")
    assert change(own, "POST", "/returns/1/labels").status_code == 422


def test_a_label_request_is_fulfilled_by_one_label(own: Loop) -> None:
    """400 for what is incomplete, unknown or fulfilled; its status may be set."""
    request = own.shop.add_label_request("1")
    given = {"label_request_id": request["id"], **LABEL}
    made = change(own, "POST", "/labels", given)
    assert (made.status_code, request["status"]) == (200, "fulfilled")
    wrong = [given, given | {"label_request_id": 5}, {**given, "rate": None}]
    assert {change(own, "POST", "/labels", one).status_code for one in wrong} == {400}
    path = f"/labels/{made.json()['id']}"
    assert change(own, "PUT", path, {"status": "delivered"}).status_code == 200
    assert change(own, "PUT", path, {"status": "lost"}).status_code == 400
    assert change(own, "PUT", "/labels/5", {"status": "new"}).status_code == 400


def test_an_error_stands_in_its_label_request(own: Loop) -> None:
    """With the time; a reason that is not known is 400."""
    path = f"/label-requests/{own.shop.add_label_request('1')['id']}"
    error = {"reason": "INVALID_ADDRESS", "message": "no such street"}
    assert change(own, "POST", f"{path}/errors", error).status_code == 200
    assert change(own, "POST", f"{path}/errors", {"reason": "?"}).status_code == 400
    assert get(own, path).json()["errors"][-1].items() >= error.items()
