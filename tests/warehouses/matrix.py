"""One destination put to the proof: loaded twice, with changes in between; then hostile values."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mock_loop import Shop
from tests.warehouses import account, compare, meant, pipe
from tests.warehouses.destinations import Destination

Load = Callable[..., dict[str, Any]]
Types = Mapping[str, Mapping[str, str]]


@dataclass
class Landed:
    """What came of a destination."""

    destination: Destination
    shop: Shop
    streams: int = 0
    rows: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)
    types: Types = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether the tables were equal to the account, each time."""
        return not self.differences


def prove(
    make: Callable[[Path], Destination],
    folder: Path,
    *,
    load: Load = pipe.load,
    hostile: bool = True,
) -> Landed:
    """Load a usual account, and one of hostile values, each twice, and compare each time."""
    usual = _twice(make(folder / "usual"), account.usual(), account.change, load)
    if hostile:
        strange = _twice(make(folder / "hostile"), account.hostile(), account.more_hostile, load)
        usual.differences += [f"hostile values: {line}" for line in strange.differences]
        usual.rows += strange.rows
        usual.seconds += strange.seconds
    return usual


def _twice(to: Destination, shop: Shop, change: Callable[[Shop], None], load: Load) -> Landed:
    outcome = Landed(to, shop)
    began = time.monotonic()
    with account.served(shop) as loop:
        settings = account.settings(loop)
        try:
            state = _once(outcome, shop, load, settings, None)
            if not state.get("bookmarks"):
                outcome.differences.append("the first run left no STATE")
            types, altered = outcome.types, len(to.altered())
            change(shop)
            time.sleep(1.1)  # Loop counts in whole seconds, and a run ends with the last whole one
            settings["cart_tokens"] = sorted(shop.carts)
            _once(outcome, shop, load, settings, state)
            if outcome.types != types:
                outcome.differences.append("the second run changed columns")
            outcome.differences += to.altered()[altered:]
        except pipe.LoadError as error:
            outcome.differences.append(str(error))
    outcome.seconds = time.monotonic() - began
    return outcome


def _once(
    outcome: Landed,
    shop: Shop,
    load: Load,
    settings: Mapping[str, Any],
    state: Mapping[str, Any] | None,
) -> dict[str, Any]:
    to = outcome.destination
    to.began()
    after = load(settings, to.command, state=state, environ=to.environ)
    tables = to.tables()
    outcome.differences += compare.differences(shop, tables, to.manners, to.newest)
    outcome.types = {name: table.columns for name, table in tables.items()}
    outcome.streams = len(set(tables) & set(meant.STREAMS))
    outcome.rows += sum(len(table.rows) for table in tables.values())
    return after
