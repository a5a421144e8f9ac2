"""The command `target-loopreturns`, as a shell, Meltano and other Singer programs meet it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_loop import Faults, Loop, Quirks, Shop, serve
from tests import programs
from tests.acting import Desk, messages, returns, told

FLAG = {"return_id": "1", "action": "flag"}
INPUT = 8


def command(
    *options: str, given: str = "", program: str = "target-loopreturns", **environ: str
) -> subprocess.CompletedProcess[str]:
    return programs.run(program, *options, given=given, environ={**os.environ, **environ})


@pytest.fixture
def loop() -> Iterator[Loop]:
    shop = Shop.seeded(returns=300, seed=2)
    shop.add_return("1", "open")
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as running:
        yield running


def saved(folder: Path, name: str, content: Any) -> str:
    (folder / name).write_text(json.dumps(content))
    return str(folder / name)


def test_it_tells_about_itself_without_key_or_input() -> None:
    """--about names every setting, and --version the distribution's version."""
    about = json.loads(command("--about", "--format", "json").stdout)
    assert about["name"] == "target-loopreturns"
    assert {"api_key", "apply", "allow", "max_actions", "stream_map", "ledger"} <= set(
        about["settings"]["properties"]
    )
    assert command("--version").stdout.startswith("target-loopreturns v")


def test_a_wrong_setting_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    """No traceback, nothing read, nothing on stdout."""
    config = saved(tmp_path, "c.json", {"api_key": "k", "aply": True})
    ran = command("--config", config, given="not read")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "did you mean 'apply'?" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_settings_come_from_the_environment(loop: Loop, tmp_path: Path) -> None:
    """TARGET_LOOPRETURNS_* with --config ENV, as Meltano gives them; STATE goes to stdout."""
    file = tmp_path / "out.jsonl"
    ran = command(
        "--config",
        "ENV",
        given="\n".join(messages({"public-q": [FLAG]}, state={"at": 1})),
        TARGET_LOOPRETURNS_API_KEY=loop.key,
        TARGET_LOOPRETURNS_API_URL=loop.url,
        TARGET_LOOPRETURNS_APPLY="true",
        TARGET_LOOPRETURNS_STREAM_MAP='{"public-q": "return_actions"}',
        TARGET_LOOPRETURNS_LEDGER=str(tmp_path / "l.sqlite"),
        TARGET_LOOPRETURNS_OUTCOMES=str(file),
    )
    assert (ran.returncode, ran.stdout) == (0, '{"at": 1}\n')
    assert [row["outcome"] for row in told(file)] == ["done"]
    assert loop.shop.book["1"].state == "review"
    assert loop.key not in ran.stderr


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff\xfe{}"])
def test_a_configuration_of_another_content_is_one_line(tmp_path: Path, body: bytes) -> None:
    """A list, half an object, another encoding: exit code 1, without a traceback."""
    (tmp_path / "c.json").write_bytes(body)
    ran = command("--config", str(tmp_path / "c.json"), given="")
    assert ran.returncode == 1
    assert "'--config'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_bad_input_is_one_line_and_its_exit_code(loop: Loop, tmp_path: Path) -> None:
    """Nothing was done, said without a traceback."""
    config = saved(tmp_path, "c.json", Desk(loop, tmp_path).config(apply=True))
    ran = command("--config", config, given="\n".join(returns(FLAG, {"action": "flag"})))
    assert (ran.returncode, loop.requests) == (INPUT, [])
    assert "line 3, stream return_actions, field 'return_id' is missing" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_signal_stops_between_two_requests(loop: Loop, tmp_path: Path) -> None:
    """SIGTERM: what was sent has its outcome, the exit code says so, the next run does the rest."""
    loop.quirks = Quirks(requests_per_minute=None, latency=0.05)
    notes = [{"return_id": "1", "action": "note", "content": f"n{n}"} for n in range(60)]
    desk = Desk(loop, tmp_path)
    config = saved(tmp_path, "c.json", desk.config(apply=True))
    (tmp_path / "in").write_text("\n".join(returns(*notes, state=1)))
    with subprocess.Popen(
        [sys.executable, "-m", "target_loopreturns", "--config", config, "--input",
         str(tmp_path / "in")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        while len(desk.changes()) < 3:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (128 + signal.SIGTERM, "")
    assert "the next run goes on with the rest" in err
    results = Counter(row["outcome"] for row in told(tmp_path / "outcomes.jsonl"))
    assert results["done"] == len(loop.shop.notes["1"]) < 60
    assert results["not_tried"] == 60 - results["done"]
    loop.quirks = Quirks(requests_per_minute=None)
    assert desk.run(returns(*notes, state=1), apply=True).state == [1]
    assert len(loop.shop.notes["1"]) == 60


def test_the_command_line_goes_before_the_settings(loop: Loop, tmp_path: Path) -> None:
    """--dry-run where 'apply' is true, and --outcomes for another file."""
    config = saved(tmp_path, "c.json", Desk(loop, tmp_path).config(apply=True))
    file = tmp_path / "other.jsonl"
    options = ("--config", config, "--outcomes", str(file))
    given = "\n".join(returns(FLAG, state=1))
    ran = command(*options, "--dry-run", given=given)
    assert (ran.returncode, ran.stdout, loop.shop.book["1"].state) == (0, "", "open")
    assert [row["outcome"] for row in told(file)] == ["planned"]
    ran = command(*options, given=given)
    assert (ran.returncode, ran.stdout, loop.shop.book["1"].state) == (0, "1\n", "review")
    assert [row["outcome"] for row in told(file)] == ["done"]
    assert "1 x return_actions flag: done" in ran.stderr
    assert not (tmp_path / "outcomes.jsonl").exists()


def test_a_stop_is_heard_in_a_pause(loop: Loop, tmp_path: Path) -> None:
    """SIGTERM while Loop's 429 is waited out: the run ends at once, and the note is not made."""
    note = {"return_id": "1", "action": "note", "content": "hello"}
    desk = Desk(loop, tmp_path)
    loop.faults = Faults(1.0, ["429-retry-after"], retry_after=300, methods=("POST",))
    config = saved(tmp_path, "c.json", desk.config(apply=True))
    (tmp_path / "in").write_text("\n".join(returns(note, FLAG, state=1)))
    with subprocess.Popen(
        [sys.executable, "-m", "target_loopreturns", "--config", config, "--input",
         str(tmp_path / "in")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        while not desk.changes():
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (128 + signal.SIGTERM, "")
    assert err.count("Stopped by SIGTERM") == 1
    assert "Traceback" not in err
    outcomes = [row["outcome"] for row in told(tmp_path / "outcomes.jsonl")]
    assert outcomes == ["failed", "not_tried"]
    loop.faults = None
    ran = desk.run(returns(note, FLAG, state=1), apply=True)
    assert (ran.results, ran.state, len(loop.shop.notes["1"])) == ({"done": 2}, [1], 1)


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
def test_a_state_passes_byte_for_byte(loop: Loop, tmp_path: Path, locale: str) -> None:
    """Blanks, floats and letters as they came, in UTF-8 whatever the locale."""
    state = '{"at" : 1.0, "x":1e5,"é":"\\u00e9"}'
    config = saved(tmp_path, "c.json", Desk(loop, tmp_path).config(apply=True))
    (tmp_path / "in").write_bytes(f'{{"type":"STATE","value":{state}}}\n'.encode())
    ran = subprocess.run(
        [sys.executable, "-m", "target_loopreturns", "--config", config, "--input",
         str(tmp_path / "in")],
        env={**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (0, f"{state}\n".encode())


def test_fraud_found_in_the_tap_s_returns_is_blocked_and_read_back(
    loop: Loop, tmp_path: Path
) -> None:
    """The tap's returns, a query over them, the target's blocklist, the tap's blocklist_items."""
    desk = Desk(loop, tmp_path)
    rows = _tap(desk, "returns")
    warehouse = sqlite3.connect(":memory:")
    warehouse.execute("create table returns (id text, customer text, outcome text)")
    warehouse.executemany(
        "insert into returns values (?, ?, ?)",
        [(row["id"], row["customer"], row["outcome"]) for row in rows],
    )
    fraud = [
        {"type": "email", "value": customer}
        for (customer,) in warehouse.execute(
            "select lower(customer) from returns where outcome = 'refund' "
            "group by 1 having count(*) >= 2 order by 1"
        )
    ]
    warehouse.close()
    assert len(fraud) > 3
    ran = desk.run(messages({"fraud_query": fraud}), apply=True,
                   stream_map={"fraud_query": "blocklist_items"})  # fmt: skip
    assert ran.results == {"done": len(fraud)}
    blocked = {row["value"] for row in _tap(desk, "blocklist_items") if row["type"] == "email"}
    assert {row["value"] for row in fraud} <= {value.lower() for value in blocked}


def _tap(desk: Desk, stream: str) -> list[dict[str, Any]]:
    """All records of one stream, from the tap's command."""
    catalog = json.loads(command("--discover", program="tap-loopreturns").stdout)
    for entry in catalog["streams"]:
        entry["metadata"] = [
            {"breadcrumb": [], "metadata": {"selected": entry["tap_stream_id"] == stream}}
        ]
    wanted = ("api_key", "api_url", "requests_per_minute")
    settings = {name: desk.config()[name] for name in wanted} | {"start_date": "2023-01-01"}
    ran = command(
        "--config",
        saved(desk.folder, "tap.json", settings),
        "--catalog",
        saved(desk.folder, "catalog.json", catalog),
        program="tap-loopreturns",
    )
    assert ran.returncode == 0, ran.stderr
    lines = map(json.loads, ran.stdout.splitlines())
    return [line["record"] for line in lines if line["type"] == "RECORD"]


@pytest.mark.parametrize(
    "line",
    [
        (
            '{"type": "RECORD", "stream": "blocklist_items", "record": {"action": "delete", '
            '"id": 1e3000000}}'
        ),
        (
            '{"type": "RECORD", "stream": "return_actions", "record": {"return_id": 1, '
            '"action": "flag", "written_at": 1e99999999}}'
        ),
        '{"type": "RECORD", "stream": ["x"], "record": {"id": 1}}',
        '{"type": "RECORD", "stream": {"x": 1}, "record": {"id": 1}}',
        '{"type": "RECORD", "stream": "carts", "record": [1]}',
    ],
)
def test_odd_messages_end_at_once_in_one_line(loop: Loop, tmp_path: Path, line: str) -> None:
    """No minutes of work, no traceback: exit code 8, and the line is named."""
    config = saved(tmp_path, "c.json", Desk(loop, tmp_path).config(apply=True))
    began = time.monotonic()
    ran = command("--config", config, given=line)
    assert time.monotonic() - began < 20
    assert (ran.returncode, loop.requests) == (INPUT, [])
    assert "ine 1" in ran.stderr
    assert "Traceback" not in ran.stderr
