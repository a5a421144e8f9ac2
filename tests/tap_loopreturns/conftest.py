"""A configuration for all that the account holds."""

from __future__ import annotations

from typing import Any

import pytest

from mock_loop import Loop, Shop
from tests.running import settings


@pytest.fixture
def everything(loop: Loop, shop: Shop) -> dict[str, Any]:
    return settings(loop, cart_tokens=list(shop.carts))
