"""The commands that are measured: the tap, and what it is measured against."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

from benchmarks.account import END, START, ServedAccount
from benchmarks.measure import python

NO_LIMIT = 10_000_000


class Commands:
    """Command lines that read an account; their files are kept in a folder."""

    def __init__(self, folder: Path, account: ServedAccount) -> None:
        self._folder = folder
        self._account = account

    def tap(self, *, streams: Collection[str] = ("returns",), **settings: Any) -> list[str]:
        """The tap, with so many streams selected; without a limit unless one is given."""
        config = self._config({"requests_per_minute": NO_LIMIT} | settings)
        catalog = self._write("catalog", _catalog(streams))
        return python("-m", "tap_loopreturns", "--config", config, "--catalog", catalog)

    def staged(self, stage: str) -> list[str]:
        """The tap, which stops its work on returns short after a stage (see `stages`)."""
        command = self.tap()
        command[command.index("tap_loopreturns")] = "benchmarks.stages"
        return [*command[:3], stage, *command[3:]]

    def floor(self) -> list[str]:
        """The floor."""
        account = self._account
        return python("-m", "benchmarks.baselines.floor", account.url, account.key, START, END)

    def plain(self) -> list[str]:
        """The plain SDK tap."""
        return python("-m", "benchmarks.baselines.plain_tap", "--config", self._config({}))

    def _config(self, settings: dict[str, Any]) -> str:
        reach = {"api_url": self._account.url, "api_key": self._account.key}
        return self._write("config", reach | {"start_date": START, "end_date": END} | settings)

    def _write(self, name: str, content: Any) -> str:
        path = self._folder / f"{name}-{len(list(self._folder.iterdir()))}.json"
        path.write_text(json.dumps(content), "utf-8")
        return str(path)


def _catalog(streams: Collection[str]) -> Any:
    discover = python("-m", "tap_loopreturns", "--discover")
    catalog = json.loads(subprocess.run(discover, capture_output=True, check=True).stdout)  # noqa: S603
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog
