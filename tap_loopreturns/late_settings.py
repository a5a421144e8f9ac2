"""The tap's settings of late changes: what is read again, and what of it is sent."""

from __future__ import annotations

from singer_sdk import typing as th

LATE = (
    th.Property(
        "trailing_days",
        th.IntegerType,
        default=30,
        title="Trailing days",
        description="How many days behind their bookmark advanced shipping notices, label requests "
        "and Happy Returns shipments are read again for late changes, 0 or more.",
    ),
    th.Property(
        "late_notice_requests",
        th.IntegerType,
        default=20,
        title="Late notice requests",
        description="How many requests a run may spend on older shipping notices whose returns "
        "changed; what is left waits in STATE for the next run. 0 or more.",
    ),
    th.Property(
        "deep_reading_days",
        th.IntegerType,
        default=7,
        title="Deep reading days",
        description="How often, in days, notices, label requests and Happy Returns shipments are "
        "read again from start_date on, for changes that no date tells. 0: never.",
    ),
    th.Property(
        "send_unchanged",
        th.BooleanType,
        default=False,
        title="Send unchanged rows",
        description="Send all rows that are read again. By default only those are sent that are "
        "not as the target has acknowledged them, which STATE remembers in at most some 380,000 "
        "characters a stream. With many shops all are sent.",
    ),
)
"""See docs/late-changes.md."""
