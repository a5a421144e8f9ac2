"""Every return arrives, however Loop sorts, bounds and pages, and whatever happens meanwhile."""

from __future__ import annotations

import pytest

from mock_loop import Quirks, Shop, serve
from tests.proofs import chaos, ties
from tests.proofs.running import without_waiting
from tests.proofs.warehouse import Warehouse, missing_returns
from tests.running import run_tap, settings
from tests.sampling import sampled


@pytest.mark.slow
def test_a_second_with_more_returns_than_a_page_is_read_in_each_combination() -> None:
    """Newest first, oldest first or neither, bounds inclusive and exclusive."""
    chosen = tuple(c for c in ties.COMBINATIONS if (c[0] == "id") == (c[1] == "opaque"))
    chosen = tuple(c for c in chosen if c[1] in {"filter", "opaque"})
    for tied in ties.ties(ties.account(300, 50), page_size=75, combinations=chosen):
        assert tied.lost == 0, tied


@pytest.mark.parametrize("seed", sampled(range(1, 7), 2))
def test_an_account_that_changes_while_it_is_read_arrives(seed: int) -> None:
    """Runs that are cut off, settings that change, every quirk; then one quiet run."""
    story = chaos.Story(seed).tell()
    assert not story.wrong, (story.log, story.quirks)


@pytest.mark.parametrize("unnamed", [("open",), ("open", "closed"), ()])
def test_a_named_answer_proves_nothing_of_unnamed_ones(unnamed: tuple[str, ...]) -> None:
    """A short stretch read by state does not vouch for a long one that was read without."""
    shop = Shop.seeded(80, 5, "2026-01-05", "2026-10-01")
    quirks = Quirks(requests_per_minute=None, default_states=unnamed)
    with serve(shop, quirks=quirks) as loop:
        given = {"page_size": 3, "end_date": "2026-10-01"}
        late, early = settings(loop, start_date="2026-09-20", **given), settings(loop, **given)
        later = run_tap(late, prepare=without_waiting())
        earlier = run_tap(early, state=later.state, prepare=without_waiting())
    warehouse = Warehouse()
    warehouse.load([*later.lines, *earlier.lines])
    assert missing_returns(shop, warehouse) == []
