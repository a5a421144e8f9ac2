"""A small account, and a desk from which the target is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_loop import Shop, serve
from target_loopreturns.sending import looking
from tests.acting import Desk
from tests.target_loopreturns.databases import emptied
from tests.target_loopreturns.runs.rows import FREE
from tests.warehouses.postgres_server import postgres


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Loop has nothing under way, so there is nothing to wait for before a look."""
    monkeypatch.setattr(looking, "BREATH", 0.0)


@pytest.fixture
def shop() -> Shop:
    """Five returns of known state and outcome."""
    made = Shop()
    states = {"1": "open", "2": "review", "3": "closed", "4": "cancelled", "5": "expired"}
    for own, state in states.items():
        made.add_return(own, state, outcome="refund", line_items=_items(made, own))
    made.add_return("6", "open", outcome="exchange")
    made.add_return("7", "open", outcome=None, line_items=_items(made, "7"))
    made.add_return("8", "open", outcome="refund")
    for name in ("allowlists", "blocklists"):
        made.table(name)[3] = {
            "id": 3, "type": "email", "value": "known@shop.example", "secondary_value": None,
            "created_at": "2026-01-05 00:00:00",
        }  # fmt: skip
    return made


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a PostgreSQL database of one's own."""
    with postgres() as server:
        yield f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"


@pytest.fixture
def ledger_kind() -> str:
    """Where the desk's ledger is; a module whose tests run on both overrides it."""
    return "file"


@pytest.fixture
def desk(
    shop: Shop, tmp_path: Path, ledger_kind: str, request: pytest.FixtureRequest
) -> Iterator[Desk]:
    # One by one, since scripts of faults count requests; test_lanes.py holds it to side by side.
    settings: dict[str, Any] = {"late_seconds": 0, "concurrency": 1}
    if ledger_kind == "database":
        settings["ledger"] = emptied(request.getfixturevalue("database"))
    with serve(shop, quirks=FREE) as loop:
        yield Desk(loop, tmp_path, settings)


def _items(shop: Shop, own: str) -> list[dict[str, Any]]:
    row = shop.maker.make(own, shop.moment(), shop.moment(), "open")
    return [row["line_items"][0] | {"line_item_id": f"{own}{n}"} for n in (1, 2)]
