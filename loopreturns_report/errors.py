"""What can go wrong and is told in one line."""

from __future__ import annotations


class ReportError(Exception):
    """The report cannot be made; the message says why, and what to do."""
