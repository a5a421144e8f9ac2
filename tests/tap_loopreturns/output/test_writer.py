"""Singer messages to stdout: whole lines, exact numbers, and an end if nobody reads."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from singer_sdk.singerlib import StateMessage

from loop_returns.errors import OutputUnwritable
from mock_loop import Loop
from tap_loopreturns.output import writer as writer_module
from tap_loopreturns.output.writer import PageWriter
from tests import running


def messages(written: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines()]


LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text()


@given(st.lists(st.dictionaries(st.text(), LEAVES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_record_is_one_whole_line(
    capsysbinary: pytest.CaptureFixture[bytes], records: list[dict[str, Any]]
) -> None:
    """Line breaks, quotes and other alphabets included, in the order in which they came."""
    PageWriter().write_records("returns", records, None)
    written = capsysbinary.readouterr().out
    assert written.count(b"\n") == len(records)
    assert [message["record"] for message in messages(written)] == records


def test_a_page_of_records_was_extracted_at_one_time_and_carries_its_version(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """A version where there is one, and no such field where there is none."""
    PageWriter().write_records("carts", [{"token": "a"}, {"token": "b"}], 7)
    PageWriter().write_records("returns", [{"id": "1"}], None)
    first, second, third = messages(capsysbinary.readouterr().out)
    assert first["time_extracted"] == second["time_extracted"]
    assert (first["version"], "version" in third) == (7, False)


def test_money_is_written_digit_for_digit(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """As a number, not as text and never through a float."""
    record = {"total": Decimal("12345678901234567890.10"), "tax": Decimal("0.30")}
    PageWriter().write_records("returns", [record], None)
    assert b'"total":12345678901234567890.10,"tax":0.30}' in capsysbinary.readouterr().out


def test_a_write_that_is_cut_short_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unbuffered, as in many containers, a signal cuts a write; the line comes out whole."""

    class Short(io.BytesIO):
        def write(self, lines: Any) -> int:
            return super().write(lines[:7])

    short = Short()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=short, flush=lambda: None))
    PageWriter().write_records("returns", [{"id": "1"}] * 3, None)
    assert [json.loads(line)["record"] for line in short.getvalue().splitlines()] == [
        {"id": "1"}
    ] * 3


def test_it_is_busy_while_it_writes_and_at_no_other_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops it then would cut a line; after a failure it is not busy for ever."""
    writer = PageWriter()
    seen: list[bool] = []

    class Watched(io.BytesIO):
        def write(self, lines: Any) -> int:
            seen.append(writer.busy)
            if len(seen) > 1:
                raise OSError(errno.ENOSPC, "disk full")
            return super().write(lines)

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=Watched(), flush=lambda: None))
    monkeypatch.setattr(writer_module, "_forget_output", lambda: None)
    writer.write_message(StateMessage({}))
    assert (seen, writer.busy) == ([True], False)
    with pytest.raises(OutputUnwritable, match="disk full"):
        writer.write_message(StateMessage({}))
    assert not writer.busy


def test_a_target_that_has_ended_ends_the_tap() -> None:
    """With an error of its own, and no complaint of Python's when it flushes at its end."""
    code = (
        "from tap_loopreturns.output.writer import PageWriter\n"
        "from loop_returns.errors import TargetGone\n"
        "try:\n"
        "    PageWriter().write_records('returns', [{'id': 'x' * 99}] * 5000, None)\n"
        "except TargetGone: raise SystemExit(9)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(30) == 9


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_under_the_output_is_exit_code_9_in_one_line(loop: Loop) -> None:
    """Not 1, which says that nothing was asked; and Python does not complain at its end."""
    given = running.settings(loop).items()
    config = {f"TAP_LOOPRETURNS_{name.upper()}": str(value) for name, value in given}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tap_loopreturns", "--config", "ENV"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, **config}, timeout=60,
        )  # fmt: skip
    assert done.returncode == 9
    (line,) = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert "No space left on device" in line
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
