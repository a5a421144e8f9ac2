"""Keeps the log calm: the streams say what they do themselves (see `progress`)."""

from __future__ import annotations

import logging

_SAID_BETTER = (
    "Beginning sync of",
    "Starting incremental sync of",
    "Skipping deselected stream",
    "Skipping parse of env var settings",
    "Parsing env var for settings config",
    "Parsing '%s' config from env variable",
    "An unhandled error occurred while syncing",
)


class Calm(logging.Filter):
    """Passes over the SDK's lines that repeat, less well, what the tap says."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to keep a line."""
        return not str(record.msg).startswith(_SAID_BETTER)


def calm(logger: logging.Logger) -> None:
    """Keep a logger calm, unless it is set to debug."""
    if not logger.isEnabledFor(logging.DEBUG) and not any(
        isinstance(f, Calm) for f in logger.filters
    ):
        logger.addFilter(Calm())
