"""The feed of events: what has landed is confirmed, and another store is noticed."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from loop_returns.errors import SettingsError
from loopreturns_events.errors import StoreTrouble
from tap_loopreturns.events import EventsFeed, said_state
from tap_loopreturns.events_settings import EventsSettings
from tests.tap_loopreturns.storing import confirmed, keep, said

LOG = logging.getLogger("tests")


def feed(store: str, shop: str = "") -> EventsFeed:
    return EventsFeed(EventsSettings(store, shop, "warehouse", False, 0), "loop_events", LOG)


def test_only_what_the_run_was_given_is_confirmed(tmp_path: Path) -> None:
    """Whatever is read, or put into STATE, by this very run: the target may not have it yet."""
    store = keep(tmp_path / "e.db", [said(n) for n in range(5)])
    following = feed(store)
    assert following.begin({}) == 0
    assert [e.sequence for page in following.after(0) for e in page] == [1, 2, 3, 4, 5]
    assert confirmed(store) == {"warehouse/loop_events": 0}
    assert following.begin(following.entry(3)) == 3
    assert confirmed(store) == {"warehouse/loop_events": 3}
    following.close()


def test_another_store_is_told_and_read_from_its_beginning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing in it is passed over for an offset that is not its own."""
    old, new = (feed(keep(tmp_path / name, [said(1), said(2)])) for name in ("a.db", "b.db"))
    assert new.begin(old.entry(2)) == 0
    assert "is another one" in caplog.text
    old.close()
    new.close()


def test_a_store_put_back_from_a_copy_is_told_and_read_from_its_beginning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its offsets went further once than its events do now."""
    following = feed(keep(tmp_path / "e.db", [said(1)]))
    assert following.begin(following.entry(9)) == 0
    assert "older copy" in caplog.text
    following.close()


def test_events_of_other_shops_are_passed_over(tmp_path: Path) -> None:
    """Where the account's shop is named."""
    keep(tmp_path / "e.db", [said(1)], shop="other")
    following = feed(keep(tmp_path / "e.db", [said(2)]), shop="acme")
    assert [e.return_id for page in following.after(0) for e in page] == ["2"]
    following.close()


def test_a_store_that_no_receiver_has_made_is_one_line(tmp_path: Path) -> None:
    """A mistyped path does not become an empty store."""
    with pytest.raises(StoreTrouble, match="no receiver has made"):
        feed(str(tmp_path / "none.db")).begin({})
    assert not (tmp_path / "none.db").exists()


def test_the_extra_that_is_not_installed_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the setting and what to install."""
    monkeypatch.delitem(sys.modules, "loopreturns_events.store.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"events_store.*tap-loopreturns\[events\]"):
        feed("postgresql://localhost/none").begin({})


@pytest.mark.parametrize("sequence", ["7", -1, True, 1.5])
def test_an_offset_that_is_none_is_told(tmp_path: Path, sequence: object) -> None:
    """Before anything is read by it."""
    following = feed(keep(tmp_path / "e.db", [said(1)]))
    with pytest.raises(SettingsError, match="--state"):
        following.begin({"sequence": sequence})
    following.close()


def test_the_state_that_an_event_says_is_spelt_as_in_the_list() -> None:
    """Webhooks print "needs review" where the list says review."""
    assert said_state({"topic": "return", "state": "needs review"}) == "review"
    assert said_state({"topic": "return.processing", "return_state": "open"}) == "open"
    assert said_state({"topic": "label", "state": "CA"}) is None
    assert said_state(None) is None
