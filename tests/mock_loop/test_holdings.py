"""What the account holds, its clock, and what is changed in it by hand."""

from __future__ import annotations

from mock_loop import Shop, clock, serve
from tests.mock_loop.asking import LIST, NOW, get, made


def test_added_returns_are_sent_as_given() -> None:
    """Given fields and dates keep their form, unknown ones are kept, garbled ones are sent."""
    shop = Shop(now=NOW)
    one = shop.add_return(id=7, created_at="2026-11-19T12:00:00+02:00", loyalty={"tier": 2})
    shop.bulk_stamp([one, "7"], at="2026-11-19T23:00:00Z")
    assert shop.returns["7"]["created_at"] == "2026-11-19T12:00:00+02:00"
    assert shop.returns["7"]["loyalty"] == {"tier": 2}
    shop.garble_return("7", "id", total=["?"])
    with serve(shop) as loop:
        row = get(loop, LIST).json()[0]
    assert "id" not in row
    assert row["total"] == ["?"]


def test_the_clock_obeys() -> None:
    """Scripted time stands still, moves on request, and stamps what changes."""
    shop = made("2026-11-10T00:00:00Z")
    shop.advance(seconds=60)
    assert shop.now() == "2026-11-20T00:01:00Z"
    shop.set_now("2026-12-24")
    assert shop.move_return("1", "expired").updated == clock.parse("2026-12-24")
