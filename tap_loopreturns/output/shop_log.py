"""Where one of many shops tells of itself: its name before each line, and only what is amiss."""

from __future__ import annotations

import logging


class ShopLogger(logging.Logger):
    """A shop's lines. What it reads in the usual way is told of in debugging only.

    It is not kept by the logging module, so that a thousand shops leave nothing behind.
    """

    def __init__(self, shop: str, parent: logging.Logger) -> None:
        super().__init__(parent.name, level=logging.WARNING)
        self.parent = parent
        if parent.isEnabledFor(logging.DEBUG):
            self.setLevel(logging.DEBUG)
        self._shop = shop
        self.addFilter(self._named)

    def _named(self, record: logging.LogRecord) -> bool:
        record.msg = f"{self._shop}: {record.getMessage()}"
        record.args = None
        return True
