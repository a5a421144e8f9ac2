"""The order of streams, through Meltano, which makes the catalog itself."""

from __future__ import annotations

import json
from pathlib import Path

from tap_loopreturns.streams import STREAMS
from tests.warehouses import account
from tests.warehouses.meltano import definition, meltano, script, start


def test_streams_come_through_meltano_in_the_order_that_is_stated_once(tmp_path: Path) -> None:
    """Returns first, then lists, last what costs a request a row; not by the alphabet."""
    came = tmp_path / "came.jsonl"
    with account.served(account.usual(60, 1)) as loop:
        tap = definition() | {"config": account.settings(loop), "select": ["*.*"]}
        loader = {"name": "target-file", "namespace": "target_file", "executable": "bin/target"}
        start(tmp_path / "project", {"extractors": [tap], "loaders": [loader]})
        keep = 'shift 2; tee "$0" | grep -o \'{"bookmarks.*\' | tail -1'
        script(tmp_path / "project/bin/target", "/bin/sh", "-c", keep, str(came))
        done = meltano("run", "tap-loopreturns", "target-file", project=tmp_path / "project")
    assert came.exists(), done.stderr[-2000:]
    messages = map(json.loads, came.read_text("utf-8").splitlines())
    found = dict.fromkeys(one["stream"] for one in messages if one["type"] == "RECORD")
    names = [stream.name for stream in STREAMS if stream.name != "loop_events"]  # no store is set
    assert list(found) == names
