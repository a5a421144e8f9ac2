"""The SDK's own suite for taps, against a mock account."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from mock_loop import Quirks, Shop, serve
from tap_loopreturns.tap import TapLoopReturns
from tests.tap_loopreturns.storing import keep, said

_SHOP = Shop.seeded(returns=100, seed=2, start="2026-01-01", end="2026-11-01")
_SERVER = serve(_SHOP, quirks=Quirks(requests_per_minute=None))
_LOOP = _SERVER.__enter__()

_EVENTS = keep(Path(tempfile.mkdtemp()) / "events.db", [said(1)])
_CONFIG = {
    "events_store": _EVENTS,
    "api_key": _LOOP.key,
    "api_url": _LOOP.url,
    "start_date": "2025-12-01",
    "requests_per_minute": 1_000_000,
    "cart_tokens": list(_SHOP.carts),
}


def _all_selected() -> dict[str, Any]:
    tap = TapLoopReturns(config=_CONFIG)
    for stream in tap.streams.values():
        stream.selected = True
    return tap.catalog_dict


_Suite: Any = get_tap_test_class(
    TapLoopReturns,
    config=_CONFIG,
    catalog=_all_selected(),
    suite_config=SuiteConfig(ignore_no_records=False),
)


# A field that is null in every record of the account leaves nothing to test; the SDK warns.
# Objects and lists that this account has nowhere are left out of every record.
@pytest.mark.filterwarnings(
    r"ignore:.* not in records. \(\{('(refunds|address|additional_fields)'(, )?)+\}\)$"
)
@pytest.mark.filterwarnings("ignore:No records were available to test")
class TestTap(_Suite):  # type: ignore[misc]
    """The standard tests, each stream's included."""

    @classmethod
    def teardown_class(cls) -> None:
        """Stop the mock account."""
        _SERVER.__exit__(None, None, None)
