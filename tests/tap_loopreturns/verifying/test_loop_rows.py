"""Which rows Loop has: keys and dates of every stream that has a date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loop_returns import times
from loop_returns.errors import SettingsError
from mock_loop import Loop
from tap_loopreturns.comparing import DATED
from tap_loopreturns.tap import TapLoopReturns
from tap_loopreturns.verifying import loop_rows
from tests.sampling import sampled
from tests.tap_loopreturns.verifying.warehouse import LoadedTables


@pytest.mark.parametrize("name", sampled(DATED, 3))
def test_they_are_the_rows_that_the_tap_sends(
    name: str, everything: dict[str, Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same keys with the same dates, and nothing is written to stdout."""
    warehouse = LoadedTables(everything, tmp_path)
    warehouse.load(name)
    tap = TapLoopReturns(config=everything, message_writer=loop_rows.RowsWriter(DATED.values()))
    rows = loop_rows.read_rows({one.name: one for one in tap.loop_streams}, name, tap.run)
    date = DATED[name].replication_key
    loaded = {key: row[str(date)] for key, row in warehouse.tables[name].items()}
    assert rows
    assert {key: row.date for key, row in rows.items()} == {
        key: times.second(said) for key, said in loaded.items()
    }
    assert capfd.readouterr().out == ""


def test_what_comes_from_the_list_of_returns_is_read_another_way(
    loop: Loop, everything: dict[str, Any]
) -> None:
    """By creation, where the tap reads by change."""
    tap = TapLoopReturns(config=everything, message_writer=loop_rows.RowsWriter(DATED.values()))
    loop_rows.read_rows({one.name: one for one in tap.loop_streams}, "return_labels", tap.run)
    assert {request.query["filter"] for request in loop.requests} == {"created_at"}


def test_a_stream_without_a_date_is_refused_in_a_line() -> None:
    """With the streams that have one."""
    with pytest.raises(SettingsError, match=r"'--stream' accepts a stream with a date: returns, "):
        loop_rows.known(DATED, "webhooks")
