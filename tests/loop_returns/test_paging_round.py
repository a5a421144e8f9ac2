"""Pages of a round number without a link: a whole list, or one that was cut?"""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns import paging
from loop_returns.errors import UnexpectedAnswer
from tests.loop_returns.lists import FakeClient, Params, read, rows_of


@pytest.mark.parametrize(
    ("rows", "cap", "whole"), [(5, 250, True), (50, 250, True), (180, 20, False)]
)
def test_a_round_page_without_a_link_is_whole_only_where_cut_ones_have_links(
    rows: int, cap: int, whole: bool
) -> None:
    """A shop of five locations is read; a list that Loop cuts without a word is not taken."""

    def answer(params: Params) -> Any:
        size = min(int(params["limit"]), cap)
        page: dict[str, Any] = {"data": rows_of(min(rows, size))}
        if whole and size < rows:
            page["next_page_url"] = "https://loop.example/things?cursor=abc"
        return page

    client = FakeClient(answer)
    if whole:
        assert read(paging.linked, client) == list(range(rows))
        assert len(client.asked) == 2
    else:
        with pytest.raises(UnexpectedAnswer):
            read(paging.linked, client)
