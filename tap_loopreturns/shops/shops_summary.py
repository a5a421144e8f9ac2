"""What a run of many shops came to, as one line of JSON for alerts: each shop, and all."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loop_returns import times
from tap_loopreturns.shops.reading import ShopsReading
from tap_loopreturns.summary import exit_code


@dataclass(frozen=True, slots=True)
class ShopSummary:
    """What one shop came to."""

    exit_code: int | None
    """What a run of this shop alone would have exited with; None: it did not end."""
    error: str | None
    """The kind of the error that it ended with."""
    rows: int
    requests: int
    fresh_until: str | None
    """Up to when all of it is out, by this run or one before; None: by none."""


def of_shop(reading: ShopsReading, shop: str) -> ShopSummary:
    """What a shop came to, so far."""
    came, error = reading.came.get(shop), reading.failed.get(shop)
    until = reading.fresh_until(shop)
    return ShopSummary(
        exit_code=exit_code(error) if error or came else None,
        error=type(error).__name__ if error else None,
        rows=came.rows if came else 0,
        requests=came.requests if came else 0,
        fresh_until=None if until is None else times.show(until),
    )


def of_shops(reading: ShopsReading | None, error: BaseException | None) -> dict[str, Any]:
    """What a run came to.

    Args:
        reading: Of the shops; None: the run ended before it.
        error: What the run ended with; None: all is out.
    """
    shops = reading.shops if reading else ()
    found = {shop.name: of_shop(reading, shop.name) for shop in shops} if reading else {}
    fresh = [one.fresh_until for one in found.values()]
    return {
        "event": "run_ended",
        "exit_code": exit_code(error),
        "error": None if error is None else type(error).__name__,
        "rows": sum(one.rows for one in found.values()),
        "requests": sum(one.requests for one in found.values()),
        "fresh_until": min((one for one in fresh if one), default=None) if all(fresh) else None,
        "shops_failed": sum(bool(one.exit_code) for one in found.values()),
        "shops": {name: asdict(one) for name, one in found.items()},
    }


def tell(log: logging.Logger, run: Mapping[str, Any]) -> None:
    """Log the JSON behind the word `summary`, as of one shop."""
    log.info("summary %s", json.dumps(run, separators=(",", ":")))
