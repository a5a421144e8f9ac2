"""What the target may be told, and what is wrong with it, in words. Pure.

What it shares with the tap (the account, the budget, the patience) is declared
and checked by the tap's settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from singer_sdk import typing as th

from tap_loopreturns import options
from tap_loopreturns import settings as tap_settings
from tap_loopreturns.errors import SettingsError
from target_loopreturns.kinds import KINDS, PERMISSIONS

SHARED = (
    "api_key",
    "api_url",
    "api_version",
    "requests_per_minute",
    "retry_minutes",
    "timeout_seconds",
)
_OWN = th.PropertiesList(
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
        "max_actions",
        th.IntegerType,
        default=1000,
        title="Most actions",
        description="A run with more actions that are not done yet stops before its first "
        "request, 1 or more.",
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
        default="loopreturns-ledger.sqlite",
        title="Ledger",
        description="SQLite file that remembers what was asked of Loop and what became of it, "
        "so that nothing is done twice. One for each account; keep it.",
    ),
    th.Property(
        "outcomes",
        th.StringType,
        default="loopreturns-outcomes.jsonl",
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
        "retry_refused",
        th.BooleanType,
        default=False,
        title="Retry what was refused",
        description="Ask again for actions that Loop itself refused in an earlier run.",
    ),
)


def _config() -> dict[str, Any]:
    shared = options.CONFIG.to_dict()["properties"]
    schema: dict[str, Any] = _OWN.to_dict()
    schema["properties"] = {name: shared[name] for name in SHARED} | schema["properties"]
    schema["required"] = ["api_key"]
    return schema


CONFIG = _config()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A checked configuration. Times in seconds."""

    account: tap_settings.Settings
    apply: bool
    allow: frozenset[str]
    max_actions: int
    stream_map: Mapping[str, str]
    process_flagged: bool
    ledger: str
    outcomes: str
    outcomes_format: str
    wait: int
    queue: int
    retry_refused: bool


def check(config: Mapping[str, Any]) -> Settings:
    """Check a configuration.

    Raises:
        SettingsError: the first thing that is wrong, in one line.
    """
    # The tap's check also refuses names that are not known; what it finds of its
    # own other settings are their defaults.
    account = tap_settings.check(config, now=datetime.now(UTC), known=CONFIG["properties"])
    given = {
        name: schema.get("default") if config.get(name) is None else config[name]
        for name, schema in CONFIG["properties"].items()
    }
    return Settings(
        account=account,
        apply=_truth(given, "apply"),
        allow=_allow(given),
        max_actions=_integer(given, "max_actions", 1),
        stream_map=_stream_map(given),
        process_flagged=_truth(given, "process_flagged"),
        ledger=_path(given, "ledger"),
        outcomes=_path(given, "outcomes"),
        outcomes_format=_format(given),
        wait=_integer(given, "wait_seconds", 0),
        queue=_integer(given, "queue_minutes", 0) * 60,
        retry_refused=_truth(given, "retry_refused"),
    )


def _truth(given: Mapping[str, Any], name: str) -> bool:
    value = given[name]
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    if not isinstance(value, (bool, str)) or value not in known:
        raise SettingsError(name, f"accepts true or false; not {str(value)[:40]!r}.")
    return known[value]


def _integer(given: Mapping[str, Any], name: str, least: int) -> int:
    value = given[name]
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SettingsError(
            name, f"accepts a whole number of {least} or more; not {str(value)[:40]!r}."
        )
    return value


def _allow(given: Mapping[str, Any]) -> frozenset[str]:
    names = given["allow"]
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",") if name.strip()]
    if not isinstance(names, list) or not all(name in PERMISSIONS for name in names):
        raise SettingsError("allow", f"accepts a list of {', '.join(PERMISSIONS)}.")
    return frozenset(names)


def _stream_map(given: Mapping[str, Any]) -> dict[str, str]:
    names = given["stream_map"]
    if not isinstance(names, Mapping) or not all(
        isinstance(name, str) and kind in KINDS for name, kind in names.items()
    ):
        raise SettingsError(
            "stream_map", f"accepts names of streams, each with one of {', '.join(KINDS)}."
        )
    return dict(names)


def _path(given: Mapping[str, Any], name: str) -> str:
    path = given[name]
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise SettingsError(name, "accepts the path of a file.")
    return path


def _format(given: Mapping[str, Any]) -> str:
    value = given["outcomes_format"]
    if value not in ("singer", "jsonl"):
        raise SettingsError(
            "outcomes_format", f"accepts one of singer, jsonl; not {str(value)[:40]!r}."
        )
    return str(value)
