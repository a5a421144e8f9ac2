"""What may be configured: names, types, defaults, and what they mean."""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

from tap_loopreturns.ordered import AHEAD

STATES = ("open", "closed", "cancelled", "expired", "review")
VERSIONS = ("2026-10", "2026-07", "v1", "unstable")

CONFIG = th.PropertiesList(
    th.Property(
        "api_key",
        th.StringType,
        required=True,
        secret=True,
        title="API key",
        description="Key of your Loop account, sent as X-Authorization. Made in Loop under "
        "Settings > Developers; the streams table says which scopes it needs.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Date or date-time where the first sync begins; without a zone it is UTC. "
        "Default: two years before the run. Moved back later, the missing stretch is read.",
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="Date or date-time where reading ends (not included), so that a history can be "
        "split among workers. Default: the start of the run.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        default="https://api.loopreturns.com",
        title="API URL",
        description="Scheme and host, and port, of Loop's API. https, unless it is this machine.",
    ),
    th.Property(
        "api_version",
        th.StringType,
        default="2026-10",
        title="API version",
        description=f"Dated version in the path. One of {', '.join(VERSIONS)}.",
    ),
    th.Property(
        "states",
        th.ArrayType(th.StringType),
        default=list(STATES),
        title="Return states",
        description=f"States of returns to read. Any of {', '.join(STATES)}. A state added later "
        "is read from the start.",
    ),
    th.Property(
        "page_size",
        th.IntegerType,
        default=750,
        title="Page size",
        description="Returns asked for in a page, 1 to 750.",
    ),
    th.Property(
        "requests_per_minute",
        th.IntegerType,
        default=300,
        title="Requests a minute",
        description="Budget of this key, 1 or more. Give each of several workers a share of it.",
    ),
    th.Property(
        "concurrency",
        th.IntegerType,
        default=10,
        title="Concurrency",
        description=f"Requests under way at once, 1 to {AHEAD}. The output is the same with any.",
    ),
    th.Property(
        "lookback_hours",
        th.IntegerType,
        default=1,
        title="Lookback hours",
        description="How far behind its bookmark an incremental run reads again, 0 or more.",
    ),
    th.Property(
        "retry_minutes",
        th.IntegerType,
        default=10,
        title="Retry minutes",
        description="How long a request that fails in passing (429, 5xx, broken connections) is "
        "repeated before the run ends, 0 or more.",
    ),
    th.Property(
        "timeout_seconds",
        th.IntegerType,
        default=90,
        title="Timeout in seconds",
        description="How long to wait for an answer to begin or go on, 1 or more.",
    ),
    th.Property(
        "on_missing_scope",
        th.StringType,
        default="fail",
        title="On a missing scope",
        description="What to do about a selected stream that the key lacks the scope for: fail, "
        "before anything is read, or skip it with a warning.",
    ),
    th.Property(
        "trailing_days",
        th.IntegerType,
        default=30,
        title="Trailing days",
        description="How many days behind their bookmark advanced shipping notices, label requests "
        "and Happy Returns shipments are read again for late changes, 0 or more.",
    ),
    th.Property(
        "notes_lookback_days",
        th.IntegerType,
        default=0,
        title="Notes lookback days",
        description="How many days behind its bookmark return_notes asks again for notes, since a "
        "new note may not touch its return; each return in them costs a request. 0 or more.",
    ),
    th.Property(
        "cart_tokens",
        th.ArrayType(th.StringType),
        default=[],
        title="Cart tokens",
        description="Tokens of the carts to read; Loop has no list of carts.",
    ),
    th.Property(
        "pii",
        th.StringType,
        default="keep",
        title="Personal data",
        description="What happens to personal data, in every stream: keep, hash (keyed, equal for "
        "equal values; needs pii_hash_key), or drop.",
    ),
    th.Property(
        "pii_hash_key",
        th.StringType,
        secret=True,
        title="Personal data hash key",
        description="Key of the hashes that pii: hash makes, 16 characters or more. Keep it: "
        "another key makes other hashes.",
    ),
)


def default(name: str) -> Any:
    """The default of a setting."""
    return CONFIG.to_dict()["properties"][name].get("default")
