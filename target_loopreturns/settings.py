"""What the target may be told, and what is wrong with it, in words; see also `connection`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from singer_sdk import typing as th

from loop_returns.errors import SettingsError
from loop_returns.times import DAY
from loopreturns_plugin import checks
from loopreturns_plugin.connection import CONNECTION, Connection, check_connection
from loopreturns_plugin.shop_list import LISTS
from target_loopreturns.actions.schemas import KINDS, PERMISSIONS

MIRRORED = ("allowlist_items", "blocklist_items", "destinations", "webhooks")
"""Kinds whose lists can be mirrored: Loop shows them whole."""

_OWN = (
    th.Property(
        "apply",
        th.BooleanType,
        default=False,
        title="Apply",
        description="Act. Without it, the target only shows what it would do, and why not.",
    ),
    th.Property(
        "allow",
        th.ArrayType(th.StringType),
        default=[],
        title="Allow",
        description=f"What may be done beside the rest, since it cannot be undone: any of "
        f"{', '.join(PERMISSIONS)}.",
    ),
    th.Property(
        "mirror",
        th.ArrayType(th.StringType),
        default=[],
        title="Mirror",
        description="Lists that shall be as the query says, so that what is not in it is removed: "
        f"any of {', '.join(MIRRORED)}. It wants 'delete' in 'allow'.",
    ),
    th.Property(
        "mirror_max_removals",
        th.IntegerType,
        default=100,
        title="Most removals of a mirror",
        description="A run that would remove more from a mirrored list stops, 0 or more.",
    ),
    th.Property(
        "mirror_max_share",
        th.StringType,
        default="10%",
        title="Largest share removed by a mirror",
        description="A run that would remove a larger share of a mirrored list stops, such as 10%.",
    ),
    th.Property(
        "plan",
        th.StringType,
        default="",
        title="Plan",
        description="File to save the plan in, for approval; nothing is done.",
    ),
    th.Property(
        "approve",
        th.StringType,
        default="",
        title="Approve",
        description="Digest of the plan in the file 'plan': exactly that is done, without what "
        "has moved in Loop since.",
    ),
    th.Property(
        "max_actions",
        th.IntegerType,
        default=1000,
        title="Most actions",
        description="A run with more actions that are not done yet stops before its first "
        "request, 1 or more.",
    ),
    th.Property(
        "concurrency",
        th.IntegerType,
        default=4,
        title="Concurrency",
        description="Actions on different returns that are under way at once, 1 to 16, within the "
        "budget of the key. On one return, their order is that of the rows.",
    ),
    th.Property(
        "stream_map",
        th.ObjectType(),
        default={},
        title="Stream map",
        description="Kinds of action by the names of the streams that hold them, such as "
        '{"public-my_query": "return_actions"}.',
    ),
    th.Property(
        "process_flagged",
        th.BooleanType,
        default=False,
        title="Process flagged returns",
        description="Process returns in review, too. Only where Loop's own setting 'Allow "
        "flagged returns to process' is on.",
    ),
    th.Property(
        "ledger",
        th.StringType,
        default=".loopreturns/ledger.sqlite",
        title="Ledger",
        secret=True,
        description="SQLite file, or PostgreSQL database (postgresql://…), that remembers what was "
        "asked of Loop and what became of it, so that nothing is done twice. One for each account; "
        "keep it. The default's folder is made where it lacks, for its owner alone, and git leaves "
        "it out.",
    ),
    th.Property(
        "ledger_wait_seconds",
        th.IntegerType,
        default=0,
        title="Ledger wait in seconds",
        description="How long a run waits for a ledger that another run has, 0 or more.",
    ),
    th.Property(
        "outcomes",
        th.StringType,
        default=".loopreturns/outcomes.jsonl",
        title="Outcomes",
        description="File for the outcomes of a run's actions; written anew by each run.",
    ),
    th.Property(
        "outcomes_format",
        th.StringType,
        default="singer",
        title="Format of the outcomes",
        description="singer (messages that any target loads), or jsonl (bare rows).",
    ),
    th.Property(
        "wait_seconds",
        th.IntegerType,
        default=0,
        title="Wait in seconds",
        description="How long a run waits for returns that Loop queued for processing, 0 or more. "
        "The next run looks at those that are left.",
    ),
    th.Property(
        "queue_minutes",
        th.IntegerType,
        default=60,
        title="Queue minutes",
        description="How long Loop may take to process a return, 0 or more. A return still open "
        "so long after a request whose answer was lost counts as not processed by it.",
    ),
    th.Property(
        "late_seconds",
        th.IntegerType,
        default=600,
        title="Late seconds",
        description="How long Loop may still carry out a request whose answer was lost, 0 or "
        "more. So long, what could be made twice is not asked for again.",
    ),
    th.Property(
        "hold_hours",
        th.IntegerType,
        default=24,
        title="Hold hours",
        description="How long an action of which Loop never tells whether it was made holds "
        "STATE back, 0 or more.",
    ),
    th.Property(
        "stop_after_failures",
        th.CustomType({"type": ["string", "integer"]}),
        default="0",
        title="Stop after failures",
        description="How many actions may fail, or be uncertain, before the rest of a run is not "
        "tried: a number such as 10, or a share such as 20% of those taken, 20 at least. 0: any.",
    ),
    th.Property(
        "retry_refused",
        th.BooleanType,
        default=False,
        title="Retry what was refused",
        description="Ask again for actions that Loop itself refused in an earlier run.",
    ),
)

CONFIG: dict[str, Any] = th.PropertiesList(*CONNECTION.values(), *_OWN, *LISTS).to_dict()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """A checked configuration. Times in seconds."""

    connection: Connection
    apply: bool
    mirror: frozenset[str]
    mirror_count: int
    mirror_share: float
    plan: str
    approve: str
    allow: frozenset[str]
    max_actions: int
    concurrency: int
    stream_map: Mapping[str, str]
    process_flagged: bool
    ledger: str
    ledger_wait: int
    outcomes: str
    outcomes_format: str
    wait: int
    queue: int
    late: int
    hold: int
    failure_count: int
    """How many may fail, or be uncertain, before the rest is not tried; 0: any number."""
    failure_share: float
    """Likewise, as a part of those taken so far."""
    retry_refused: bool

    def __repr__(self) -> str:
        return f"TargetSettings({self.connection!r})"


def check(config: Mapping[str, Any]) -> TargetSettings:
    """Check a configuration.

    Raises:
        SettingsError: the first thing that is wrong, in one line.
    """
    known = CONFIG["properties"]
    checks.refuse_unknown(config, known)
    given = checks.with_defaults(config, known)
    return TargetSettings(
        connection=check_connection(given),
        apply=(checks.truth(given, "apply") and not given["plan"]) or bool(given["approve"]),
        mirror=_mirror(given),
        mirror_count=checks.integer(given, "mirror_max_removals", 0),
        mirror_share=checks.share(given, "mirror_max_share"),
        plan=_plan(given),
        approve=str(given["approve"]),
        allow=frozenset(checks.words(given, "allow", PERMISSIONS)),
        max_actions=checks.integer(given, "max_actions", 1),
        concurrency=checks.integer(given, "concurrency", 1, 16),
        stream_map=_stream_map(given["stream_map"]),
        process_flagged=checks.truth(given, "process_flagged"),
        ledger=_path(given, "ledger"),
        ledger_wait=checks.integer(given, "ledger_wait_seconds", 0),
        outcomes=_path(given, "outcomes"),
        outcomes_format=checks.one_of(given, "outcomes_format", ("singer", "jsonl")),
        wait=checks.integer(given, "wait_seconds", 0),
        queue=checks.integer(given, "queue_minutes", 0) * 60,
        late=checks.integer(given, "late_seconds", 0, 30 * DAY),
        hold=checks.integer(given, "hold_hours", 0) * 3600,
        **_failures(given["stop_after_failures"]),
        retry_refused=checks.truth(given, "retry_refused"),
    )


def _stream_map(names: object) -> dict[str, str]:
    if not isinstance(names, Mapping) or not all(
        isinstance(name, str) and isinstance(kind, str) and kind in KINDS
        for name, kind in names.items()
    ):
        raise SettingsError(
            "stream_map", f"accepts names of streams, each with one of {', '.join(KINDS)}."
        )
    return dict(names)


def _failures(given: object) -> dict[str, Any]:
    """A number of failures, or a share of what was tried."""
    text = str(given).strip()
    if re.fullmatch("[0-9]{1,9}", text) and not isinstance(given, bool):
        return {"failure_count": int(text), "failure_share": 0.0}
    if share := checks.as_share(text):
        return {"failure_count": 0, "failure_share": share}
    raise SettingsError(
        "stop_after_failures", "accepts a number of actions, such as 10, or a share, such as 20%."
    )


def _mirror(given: Mapping[str, Any]) -> frozenset[str]:
    found = frozenset(checks.words(given, "mirror", MIRRORED))
    if found and "delete" not in checks.words(given, "allow", PERMISSIONS):
        raise SettingsError("mirror", "removes what is not in the query: add 'delete' to 'allow'.")
    return found


def _plan(given: Mapping[str, Any]) -> str:
    if given["approve"] and not given["plan"]:
        raise SettingsError("approve", "wants the file of the plan, too: 'plan'.")
    return _path(given, "plan") if given["plan"] else ""


def _path(given: Mapping[str, Any], name: str) -> str:
    path = given[name]
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise SettingsError(name, "accepts the path of a file.")
    return path
