"""The tap of one shop: STATE names its account, and no other account is read on by it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from loop_returns.errors import SettingsError
from mock_loop import Loop, serve_many
from tests.many_shops import served
from tests.running import run_tap, settings


@pytest.fixture
def loops() -> Iterator[dict[str, Loop]]:
    with served({"north": 40, "south": 40, "empty": 0}) as found:
        yield found


def test_the_state_of_another_account_is_refused(loops: dict[str, Loop]) -> None:
    """In one line, before a record is written, though the two have ids in common."""
    state = run_tap(settings(loops["north"])).state
    output = run_tap(settings(loops["south"]), state=state, fails=True)
    assert isinstance(output.error, SettingsError)
    assert "'api_key' is of another account than --state" in str(output.error)
    assert not output.streams
    assert output.state == state


def test_a_renewed_key_of_the_account_goes_on(
    loops: dict[str, Loop], caplog: pytest.LogCaptureFixture
) -> None:
    """Known by the returns that STATE remembers; the next run asks no more."""
    north = loops["north"]
    state = run_tap(settings(north)).state
    renewed = Loop(north.shop, "renewed", north.scopes, north.quirks, None)
    with serve_many([renewed]), caplog.at_level(logging.WARNING):
        output = run_tap(settings(renewed), state=state)
        assert "it is of the same account" in caplog.text
        assert len(output.records("returns")) < 40
        caplog.clear()
        run_tap(settings(renewed), state=output.state)
        assert "another one" not in caplog.text


def test_where_it_cannot_be_told_everything_is_read_again(
    loops: dict[str, Loop], caplog: pytest.LogCaptureFixture
) -> None:
    """An account that had no returns is known by nothing, so its bookmarks are not believed."""
    state = run_tap(settings(loops["empty"])).state
    with caplog.at_level(logging.WARNING):
        output = run_tap(settings(loops["south"]), state=state)
    assert "everything is read again" in caplog.text
    assert len({record["id"] for record in output.records("returns")}) == 40


def test_a_state_from_before_accounts_were_named_goes_on(loops: dict[str, Loop]) -> None:
    """It is believed, and names the account from then on."""
    state = run_tap(settings(loops["north"])).state
    del state["account"]
    output = run_tap(settings(loops["north"]), state=state)
    assert len(output.records("returns")) < 40
    assert output.state["account"]["key"]


def test_a_state_of_many_shops_is_refused(loops: dict[str, Loop]) -> None:
    """Reading on by none of it would look like success."""
    with pytest.raises(SettingsError, match="many shops"):
        run_tap(settings(loops["north"]), state={"shops": {"north": {}}})
