"""The commands that are measured: the tap, and what it is measured against."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

from benchmarks.account import END, START, ServedAccount
from benchmarks.subjects import BASELINES, Subject

NO_LIMIT = 10_000_000


class Commands:
    """Command lines that read an account; their files are kept in a folder."""

    def __init__(self, folder: Path, account: ServedAccount) -> None:
        self._folder = folder
        self._account = account

    def tap(
        self, subject: Subject, *, streams: Collection[str] = ("returns",), **settings: Any
    ) -> list[str]:
        """The tap, with so many streams selected; without a limit unless one is given."""
        config = self.config({"requests_per_minute": NO_LIMIT} | settings)
        catalog = self._write("catalog", _catalog(subject, streams))
        return subject.tap("--config", config, "--catalog", catalog)

    def default(self, subject: Subject, **settings: Any) -> list[str]:
        """The tap, with its own selection."""
        return subject.tap("--config", self.config({"requests_per_minute": NO_LIMIT} | settings))

    def floor(self, subject: Subject) -> list[str]:
        """The floor."""
        account = self._account
        script = str(BASELINES / "floor.py")
        return subject.command(script, account.url, account.key, START, END)

    def plain(self, subject: Subject) -> list[str]:
        """The plain SDK tap."""
        script = str(BASELINES / "plain_tap.py")
        return subject.command(script, "--config", self.config({}))

    def dlt(self, subject: Subject, step: str) -> list[str]:
        """The dlt source: up to its step `extract`, or `load`."""
        account, script = self._account, str(BASELINES / "dlt_source.py")
        return subject.command(script, account.url, account.key, START, END, step)

    def config(self, settings: dict[str, Any]) -> str:
        """A configuration file that reaches the account."""
        reach = {"api_url": self._account.url, "api_key": self._account.key}
        return self._write("config", reach | {"start_date": START, "end_date": END} | settings)

    def _write(self, name: str, content: Any) -> str:
        path = self._folder / f"{name}-{len(list(self._folder.iterdir()))}.json"
        path.write_text(json.dumps(content), "utf-8")
        return str(path)


def _catalog(subject: Subject, streams: Collection[str]) -> Any:
    discover = subject.tap("--discover")
    done = subprocess.run(discover, capture_output=True, check=True, cwd=subject.folder)  # noqa: S603
    catalog = json.loads(done.stdout)
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog
