"""Imports are files, found again by Loop's id of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mock_loop import Shop
from target_loopreturns.kinds.kind import Clues
from target_loopreturns.kinds.present import Present
from target_loopreturns.sending.lost_answers import was_made
from tests.acting import Desk, messages
from tests.target_loopreturns.acts import act

LINES = [{"external_id": "a", "price": 1.10}, {"no": "id"}]
IMPORT = messages({"bulk_operations": [{"lines": LINES}]})
ALLOWED = {"apply": True, "allow": ["import"]}


def test_an_import_is_watched_until_loop_has_worked_it_off(desk: Desk, shop: Shop) -> None:
    """Queued, then done, with Loop's counts of what failed; the file is sent once."""
    desk.loop.quirks = replace(desk.loop.quirks, process_seconds=600)
    assert desk.run(IMPORT, **ALLOWED).results == {"queued": 1}
    shop.later = [(0.0, job) for _, job in shop.later]
    for _ in range(2):
        (row,) = desk.run(IMPORT, **ALLOWED).outcomes
        assert row["outcome"] == "done"
    assert row["answer"] == {"pending_count": 0, "success_count": 1, "failed_count": 1}
    assert set(shop.acted.values()) == {1}


@pytest.mark.parametrize(
    ("status", "made", "refused"),
    [
        ("completed", True, False),
        ("SUCCESS", True, False),
        ("processing", None, False),
        ("a word not known", None, False),
        ("failed", False, True),
    ],
)
def test_a_status_not_known_is_no_end(status: str, made: bool | None, refused: bool) -> None:
    """Loop's words for it are not documented: what does not say that it ended has not."""
    rows: list[Any] = [{"id": 4, "status": "completed"}, {"id": 5, "status": status}]
    action = act("bulk_operations", lines=LINES)
    found = was_made(action, Present(lists={"bulk_operations": rows}), Clues(before={"4"}))
    assert (found.made, bool(found.refused), found.target_id) == (made, refused, "5")


def test_an_import_that_is_not_in_the_list_was_not_made() -> None:
    """All that is there was there before, or is another action's."""
    rows: list[Any] = [{"id": 4, "status": "completed"}, {"id": 5, "status": "completed"}]
    present = Present(lists={"bulk_operations": rows})
    clues = Clues(before={"4"}, claimed={"5"})
    assert was_made(act("bulk_operations", lines=LINES), present, clues).made is False
