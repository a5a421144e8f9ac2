"""What is no word of Loop's on an action ends none: it is asked for again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_loop import Shop
from mock_loop.errors import ENVELOPES
from mock_loop.loop import Received
from mock_loop.responses import Response
from tests.acting import ALL_ALLOWED, Desk, messages, returns
from tests.target_loopreturns.runs.late import instead
from tests.target_loopreturns.runs.rows import (
    ACCESS,
    APPLY,
    UNSETTLED,
    flag,
    note,
)

PAGE = b"<html><body>Blocked</body></html>"
REMOVE = {"return_id": "1", "action": "remove_line_items", "line_item_ids": "11"}
HTML = "text/html; charset=UTF-8"
UNEXPECTED = 6


@pytest.mark.parametrize("row", [flag(), note(), REMOVE])
@pytest.mark.parametrize(
    "answer",
    [
        Response(403, PAGE, HTML),
        Response(403, json.dumps(ENVELOPES[0]).encode()),
        Response(403, json.dumps(ENVELOPES[1]).encode()),
        Response(403, b'{"message":"This action is unauthorized."}'),
        Response(401, PAGE, HTML),
    ],
)
def test_a_key_that_is_refused_for_a_change_ends_the_run(
    desk: Desk, shop: Shop, row: dict[str, Any], answer: Response
) -> None:
    """401 and 403: the scope is named, STATE stays, each row is told, and the next run asks."""
    given = returns(row, flag("7"), state=1)
    instead(desk.loop, [answer])
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.exit_code, ran.state, "'Returns'" in ran.error) == (ACCESS, [], True)
    assert [row["outcome"] for row in ran.outcomes] == ["failed", "not_tried"]
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 2}, [1], {1})


def test_403_with_a_list_of_errors_is_loops_word_on_removals_alone(desk: Desk) -> None:
    """Documented for "Remove line items"; for others it is access trouble."""
    word = b'{"errors":[{"message":"Only refunds qualify."}]}'
    instead(desk.loop, [Response(403, word)])
    assert desk.run(returns(REMOVE), **ALL_ALLOWED).results == {"refused": 1}
    instead(desk.loop, [Response(403, word)])
    assert desk.run(returns(note()), **ALL_ALLOWED).exit_code == ACCESS


@pytest.mark.parametrize("status", [404, 405, 413, 451, 410, 422])
def test_a_page_that_is_not_loops_is_no_outcome(desk: Desk, shop: Shop, status: int) -> None:
    """A proxy's: failed, STATE stays, and the next run asks again."""
    given = messages({"return_actions": [note()], "blocklist_items": [
        {"action": "delete", "id": 3}]}, state=1)  # fmt: skip
    instead(desk.loop, [Response(status, PAGE, HTML)] * 2)
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.results, ran.exit_code, ran.state) == ({"failed": 2}, UNSETTLED, [])
    ran = desk.run(given, **ALL_ALLOWED)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 2}, [1], {1})


@pytest.mark.parametrize("own", ["99999999999999999999", 99999999999999999999, str(2**63)])
def test_an_id_larger_than_any_of_loops_does_not_block_the_run(desk: Desk, own: Any) -> None:
    """Loop answers it with an error; it is not asked about, and the others are done."""
    handle = desk.loop.handle

    def overflow(received: Received) -> Response:
        return Response(500, b"{}") if "9" * 19 in received.target else handle(received)

    desk.loop.handle = overflow  # type: ignore[method-assign]
    rows = messages(
        {
            "return_actions": [flag("1"), {"return_id": own, "action": "flag"}],
            "blocklist_items": [{"action": "delete", "id": own}],
            "carts": [{"action": "create", "cart": [own]}],
        },
        state=1,
    )
    ran = desk.run(rows, **ALL_ALLOWED)
    assert [row["outcome"] for row in ran.outcomes] == ["done", "refused", "done", "refused"]
    assert (ran.exit_code, ran.state) == (0, [1])


@pytest.mark.parametrize(("status", "result"), [(302, "failed"), (308, "failed"), (303, "done")])
def test_a_redirect_is_trouble_with_the_address(
    desk: Desk, shop: Shop, status: int, result: str
) -> None:
    """Nothing was done, so the next run does it; 303 may come after a change: a look tells."""
    where = {"Location": "https://elsewhere.example/"}
    instead(desk.loop, [Response(status, headers=where)])
    ran = desk.run(returns(flag()), **APPLY)
    assert ran.results == {result: 1}
    assert ran.exit_code == (0 if result == "done" else UNEXPECTED)
    assert result == "done" or "'api_url'" in ran.error
    assert desk.run(returns(flag()), **APPLY).results == {"done": 1}
    assert set(shop.acted.values()) == {1}
