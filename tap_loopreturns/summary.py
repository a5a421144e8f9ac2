"""What a run came to: a line for a reader, and the same as one line of JSON for alerts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from loop_returns.errors import LoopReturnsError
from loopreturns_plugin.stopping import Stopped
from tap_loopreturns.streams.base import LoopStream


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What one stream came to."""

    rows: int
    fresh_until: str | None
    """Up to when everything is out, of a stream that is read by date."""
    skipped: bool
    """The key lacks its scope, and `on_missing_scope` is `skip`."""
    kept_aside: Mapping[str, int]
    """Fields that the schema does not know, or has in another shape, and how often they came."""


def of_stream(stream: LoopStream) -> StreamSummary:
    """What a stream that is selected came to, so far."""
    value = stream.state_entry.get("replication_key_value")
    kept = {**stream.cleaner.unknown, **stream.cleaner.misshapen}
    return StreamSummary(
        rows=stream.progress.rows,
        fresh_until=value if isinstance(value, str) else None,
        skipped=stream.name in (stream.run.passed_over or ()),
        kept_aside=dict(sorted(kept.items())),
    )


def of_run(
    streams: Iterable[LoopStream], requests: int, error: BaseException | None
) -> dict[str, Any]:
    """What a run came to.

    Args:
        streams: Those that are selected.
        requests: How many were sent.
        error: What it ended with; None: all is out.
    """
    found = {stream.name: of_stream(stream) for stream in streams}
    return {
        "event": "run_ended",
        "exit_code": exit_code(error),
        "error": None if error is None else type(error).__name__,
        "rows": sum(one.rows for one in found.values()),
        "requests": requests,
        "fresh_until": min((f.fresh_until for f in found.values() if f.fresh_until), default=None),
        "skipped": sorted(name for name, one in found.items() if one.skipped),
        "kept_aside": sum(sum(one.kept_aside.values()) for one in found.values()),
        "streams": {name: asdict(one) for name, one in found.items()},
    }


def exit_code(error: BaseException | None) -> int:
    """What a run that ended with an error exits with; None: all is out."""
    if isinstance(error, LoopReturnsError):
        return error.exit_code
    if isinstance(error, Stopped):
        return int(error.code or 0)
    return int(error is not None)


def tell(log: logging.Logger, run: Mapping[str, Any]) -> None:
    """Log the run's line, and its JSON behind the word `summary`."""
    fresh = "".join(f", fresh until {until} {names}" for until, names in _by_freshness(run))
    skipped = f", skipped: {', '.join(run['skipped'])}" if run["skipped"] else ""
    aside = f", {run['kept_aside']:,} values kept aside" if run["kept_aside"] else ""
    how = {None: "done", "Stopped": "stopped"}.get(run["error"], f"ended by {run['error']}")
    log.info(
        "Run %s: %s rows of %s streams, %s requests%s%s%s.",
        how, f"{run['rows']:,}", len(run["streams"]), f"{run['requests']:,}", fresh, skipped, aside,
    )  # fmt: skip
    log.info("summary %s", json.dumps(run, separators=(",", ":")))


def _by_freshness(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Up to when streams are out, the stalest first, and which those are."""
    found: dict[str, list[str]] = {}
    for name, one in run["streams"].items():
        if one["fresh_until"]:
            found.setdefault(one["fresh_until"], []).append(name)
    return [(until, f"({', '.join(sorted(found[until]))})") for until in sorted(found)]
