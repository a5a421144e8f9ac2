"""`tap-loopreturns-verify`: Loop's own counts, and what differs in a warehouse."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from loop_returns.errors import SettingsError
from mock_loop import Loop, Quirks, Shop, clock
from tap_loopreturns import comparing, verify
from tap_loopreturns.verifying.warehouse_rows import query
from tests import many_shops, programs
from tests.running import settings

MAIN = "from tap_loopreturns.verify import main; main()"


@pytest.fixture
def config(loop: Loop, tmp_path: Path) -> str:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(settings(loop)), "utf-8")
    return str(path)


def truth(shop: Shop) -> Counter[tuple[str, str]]:
    return Counter((clock.day(found.updated)[:7], found.state) for found in shop.book)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(verify.command, arguments, catch_exceptions=False)


def against(folder: Path, counts: Counter[tuple[str, str]]) -> str:
    path = folder / "counts.csv"
    lines = [f"{month}-01 00:00:00,{state},{number}" for (month, state), number in counts.items()]
    path.write_text("\n".join(["MONTH,STATE,COUNT", *lines]), "utf-8")
    return str(path)


def test_it_counts_what_loop_holds_by_month_and_state(shop: Shop, config: str) -> None:
    """The CSV holds the account's own counts."""
    result = call("--config", config, "--format", "csv")
    found = {
        (row["month"], row["state"]): int(row["count"])
        for row in csv.DictReader(io.StringIO(result.stdout))
    }
    assert (result.exit_code, found) == (0, truth(shop))
    assert f"{len(shop.book)} returns" in result.stderr


def test_the_table_is_plain_and_the_json_is_json(shop: Shop, config: str) -> None:
    """A header and a line for each month and state; the same as a list of objects."""
    lines = call("--config", config).stdout.splitlines()
    rows = json.loads(call("--config", config, "--format", "json").stdout)
    assert lines[0].split() == ["month", "state", "count"]
    assert [line.split() for line in lines[1:]] == [
        [str(value) for value in row.values()] for row in rows
    ]
    assert len(rows) == len(truth(shop))


def test_a_warehouse_that_is_equal_passes(shop: Shop, config: str, tmp_path: Path) -> None:
    """Nothing is printed but the summary, and the exit code is 0."""
    result = call("--config", config, "--against", against(tmp_path, truth(shop)))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 differences" in result.stderr


def test_a_warehouse_that_lacks_a_return_is_told(shop: Shop, config: str, tmp_path: Path) -> None:
    """The month and state with both counts, and exit code 1."""
    counts = truth(shop)
    place = min(counts)
    counts[place] -= 1
    result = call("--config", config, "--against", against(tmp_path, counts))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].split() == [
        *place,
        str(counts[place] + 1),
        str(counts[place]),
    ]


def test_it_costs_few_requests(loop: Loop, config: str) -> None:
    """300 returns take no more than the empty windows since Loop began, in three passes."""
    call("--config", config)
    assert len(loop.requests) < 150


def test_what_an_unpaged_list_hides_is_counted(loop: Loop, shop: Shop, config: str) -> None:
    """It reads by creation: 1,211 returns of one second are 1,211, though Loop cuts at 1,000."""
    for number in range(1211):
        made = f"2026-02-{1 + number % 28:02}T01:00:00Z"
        shop.add_return(state="open", created_at=made, updated_at="2026-03-01T02:00:00Z")
    loop.quirks = Quirks(requests_per_minute=None, unpaged_cap=1000)
    call("--config", config)
    assert {request.query["filter"] for request in loop.requests} == {"created_at"}
    result = call("--config", config)
    assert f"{len(shop.book)} returns" in result.stderr.replace(",", "")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("--against", None),
        ("--against", b"month,state,count\n\xff\xfe,open,1\n"),
        ("--against", b"month,state,count\n2026-11,open,1\0\n"),
        ("--against", b"month,state,count\n2026-11,open," + b"9" * 5000),
        ("--against", b"month,state,count\n" + b"9" * 200_000),
        ("--config", b"[1]"),
        ("--config", b"{"),
        ("--config", b"\xff{}"),
        ("--config", b'{"api_key": ""}'),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_and_exit_code_1(
    config: str, tmp_path: Path, what: str, body: bytes | None
) -> None:
    """Missing, of another encoding, or of another content: no traceback."""
    file = tmp_path / "spoilt"
    if body is not None:
        file.write_bytes(body)
    arguments = {"--config": config, what: str(file)}
    line = [word for pair in arguments.items() for word in pair]
    done = programs.run("tap-loopreturns-verify", *line)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", [{"a": 1}, [1], None])
def test_a_return_whose_id_is_none_is_one_line_and_exit_code_6(
    shop: Shop, config: str, name: object
) -> None:
    """An object, a list or nothing in its place: counted, it would hide another return."""
    shop.garble_return(next(iter(shop.book)), id=name)
    done = programs.run("tap-loopreturns-verify", "--config", config)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 6
    assert line.endswith("returns: a return of the list has no 'id', its key.")
    assert done.stdout == ""


def test_each_row_is_compared_and_a_record_is_kept(shop: Shop, config: str, tmp_path: Path) -> None:
    """What differs is printed; the record has counts by day and no name, address or key."""
    rows, log = tmp_path / "rows.jsonl", tmp_path / "log.jsonl"
    first, *found = shop.book
    lines = [{"id": one.id, "updated_at": clock.naive(one.updated)} for one in found]
    rows.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    asked = ("--config", config, "--stream", "returns", "--against", str(rows))
    result = call(*asked, "--log", str(log), "--format", "csv")
    assert result.stdout.splitlines()[1].startswith(f"missing,{first.id},")
    assert (result.exit_code, len(result.stdout.splitlines())) == (1, 2)
    (line,) = log.read_text("utf-8").splitlines()
    told = json.loads(line)
    assert told["differences"] == {"missing": 1, "extra": 0, "stale": 0, "ahead": 0}
    assert (sum(told["loop"].values()), sum(told["warehouse"].values())) == (300, 299)
    assert not [value for value in shop.personal_values() if len(value) > 4 and value in line]
    assert json.loads(Path(config).read_text("utf-8"))["api_key"] not in line


def test_the_document_has_the_query_of_each_stream() -> None:
    """Of every stream with a date, and of no other."""
    page = (Path(__file__).parents[2] / "docs/verify.md").read_text("utf-8")
    queries = [f"| `{name}` | `{query(kind)}` |" for name, kind in comparing.DATED.items()]
    assert [line for line in queries if line not in page] == []
    assert page.count("| `select ") == len(queries)


def test_the_query_needs_no_configuration() -> None:
    """It is printed, and nothing is asked for."""
    result = call("--stream", "return_labels", "--query")
    assert result.stdout == "select return_id, position, return_updated_at from return_labels\n"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--stream", "returns"), "'--against' is needed by --stream"),
        (("--repair", "out"), "'--repair' needs --stream"),
        (("--stream", "webhooks", "--against", "-"), "accepts a stream with a date"),
        (("--stream", "returns", "--against", "-", "--repair", "out"), "'--state' is needed"),
    ],
)
def test_options_that_lack_another_are_refused_in_a_line(
    config: str, options: tuple[str, ...], says: str
) -> None:
    """Before Loop is asked for anything."""
    with pytest.raises(SettingsError, match=says):
        call("--config", config, *options)


def test_one_of_many_shops_is_held_against_its_own_rows(
    loop: Loop, shop: Shop, tmp_path: Path
) -> None:
    """--shop says which; another name is refused with those that there are."""
    config, rows = tmp_path / "shops.json", tmp_path / "rows.csv"
    config.write_text(json.dumps(many_shops.settings({"north": loop})), "utf-8")
    lines = [f"north,{one.id},{clock.naive(one.updated)}" for one in shop.book]
    rows.write_text("\n".join(["shop,id,updated_at", *lines, "south,1,2026-01-01"]), "utf-8")
    asked = ("--config", str(config), "--stream", "returns", "--against", str(rows))
    assert call(*asked, "--shop", "north").exit_code == 0
    with pytest.raises(SettingsError, match="'--shop' accepts one of north"):
        call(*asked, "--shop", "west")


def test_a_signal_ends_it_in_its_own_words(loop: Loop, config: str) -> None:
    """Nothing is said of STATE, and nothing is printed."""
    loop.quirks = Quirks(requests_per_minute=None, latency=2.0)
    line = [sys.executable, "-c", MAIN, "--config", config]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        while not loop.requests:
            time.sleep(0.05)
        run.send_signal(signal.SIGTERM)
        out, told = run.communicate(timeout=30)
    assert (run.returncode, out) == (143, "")
    assert "Stopped by SIGTERM. Nothing was compared" in told
    assert "STATE" not in told
    assert "Traceback" not in told
