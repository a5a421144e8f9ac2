"""Runs the tap within a test, and reads what it wrote."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from loopreturns_plugin.stopping import Stopped
from mock_loop import Loop
from tap_loopreturns.tap import TapLoopReturns

Record = dict[str, Any]


@dataclass
class Output:
    """The Singer messages of a run, and what it ended with."""

    lines: list[str]
    error: BaseException | None = None
    messages: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.messages = [json.loads(line) for line in self.lines]

    def records(self, stream: str) -> list[Record]:
        """The records of a stream, in order."""
        records = (m for m in self.messages if m["type"] == "RECORD")
        return [message["record"] for message in records if message["stream"] == stream]

    @property
    def streams(self) -> set[str]:
        """The streams that have records."""
        return {m["stream"] for m in self.messages if m["type"] == "RECORD"}

    @property
    def state(self) -> dict[str, Any]:
        """The last STATE."""
        states = [m["value"] for m in self.messages if m["type"] == "STATE"]
        return states[-1] if states else {}


def settings(loop: Loop, **others: Any) -> dict[str, Any]:
    """A configuration for a mock account."""
    return {
        "api_key": loop.key,
        "api_url": loop.url,
        "start_date": "2023-01-01",
        "requests_per_minute": 1_000_000,
        "retry_minutes": 1,
        **others,
    }


def run_tap(
    config: Mapping[str, Any],
    *,
    select: Iterable[str] | None = ("returns",),
    state: Mapping[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    fails: bool | None = False,
    prepare: Callable[[TapLoopReturns], object] | None = None,
) -> Output:
    """Run the tap in this process; `select` None selects what is selected by default.

    `fails` says whether the run shall fail; None: it may. `prepare` may change the tap before
    it begins.
    """
    tap = TapLoopReturns(
        config=dict(config), state=json.loads(json.dumps(state or {})), catalog=catalog
    )
    if select is not None:
        chosen = set(select)
        for stream in tap.streams.values():
            stream.selected = stream.name in chosen or "all" in chosen
    buffer = io.BytesIO()
    if prepare:
        prepare(tap)
    kept, sys.stdout = sys.stdout, io.TextIOWrapper(buffer, "utf-8")
    error: BaseException | None = None
    try:
        tap.read()
    except (Exception, Stopped) as trouble:  # noqa: BLE001  handed to the test
        error = trouble
    finally:
        sys.stdout.flush()
        written = buffer.getvalue().decode()
        sys.stdout = kept
        if not tap.has_shops:
            tap.run.client.close()
    if error and fails is False:
        raise error
    if fails and not error:
        pytest.fail("the run succeeded")
    return Output(written.splitlines(), error)
