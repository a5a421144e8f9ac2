"""The command that shows what is open in a ledger, and settles it by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from loop_returns.errors import InputRefused
from mock_loop import Faults, Shop
from target_loopreturns.ledger_command import commands
from tests.acting import Desk, messages
from tests.target_loopreturns.runs.rows import APPLY, UNSETTLED


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.sqlite")


@pytest.fixture
def given(desk: Desk, shop: Shop) -> list[str]:
    """A cart that may have been made: nothing in Loop can tell."""
    desk.loop.faults = Faults.script(["close"], methods=("POST",))
    cart = {"action": "create", "cart": [int(shop.stock[0].external_id)], "action_id": "one"}
    rows = messages({"carts": [cart]}, state=1)
    assert desk.run(rows, **APPLY).exit_code == UNSETTLED
    return rows


def tell(*words: str) -> str:
    ran = CliRunner().invoke(commands, words, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.usefixtures("given")
def test_it_shows_what_is_open(ledger: str) -> None:
    """A line for a reader, or a record for a program."""
    assert tell("--ledger", ledger, "show").startswith("carts one: create carts: uncertain, asked")
    record = json.loads(tell("--ledger", ledger, "show", "--json"))
    assert (record["stream"], record["action_id"], record["attempts"]) == ("carts", "one", 1)


def test_what_is_settled_as_done_is_never_asked_again(
    desk: Desk, given: list[str], ledger: str
) -> None:
    """A person has found the cart: the run passes STATE, and sends nothing."""
    tell("--ledger", ledger, "settle", "carts", "one", "done")
    assert tell("--ledger", ledger, "show") == "Nothing is open.\n"
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.state, len(desk.changes())) == ({"done": 1}, [1], 1)


def test_what_is_settled_as_not_made_is_asked_again(
    desk: Desk, shop: Shop, given: list[str], ledger: str
) -> None:
    """A person has found no cart."""
    tell("--ledger", ledger, "settle", "carts", "one", "not-made")
    ran = desk.run(given, **APPLY)
    assert (ran.results, ran.state, set(shop.acted.values())) == ({"done": 1}, [1], {1})


@pytest.mark.usefixtures("given")
def test_what_is_not_open_cannot_be_settled(ledger: str) -> None:
    """A slip of the pen is an error."""
    with pytest.raises(InputRefused, match="No action two of carts is open"):
        tell("--ledger", ledger, "settle", "carts", "two", "done")


@pytest.mark.usefixtures("given")
def test_a_renewed_key_adopts_its_ledger(
    desk: Desk, ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another key is another account until it is said to be the same one's."""
    desk.loop.key = "renewed"
    ran = desk.run([], **APPLY)
    assert (ran.exit_code, "adopt" in ran.error) == (1, True)
    monkeypatch.setenv("TARGET_LOOPRETURNS_API_KEY", "renewed")
    tell("--ledger", ledger, "adopt", "--api-url", desk.loop.url)
    assert desk.run([], **APPLY).exit_code == 0
    desk.loop.key = "test-key"
    assert desk.run([], **APPLY).exit_code == 0
