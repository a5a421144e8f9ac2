"""The one place that says where the mock account comes from."""

from mock_loop import Quirks, Shop, clock, serve, views
from mock_loop.loop import Loop

__all__ = ["Loop", "Quirks", "Shop", "clock", "serve", "views"]
