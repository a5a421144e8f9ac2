"""`tap-loopreturns-verify`: Loop's own counts, and what differs in a warehouse."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from loop_returns.errors import SettingsError
from mock_loop import Loop, Quirks, Shop, clock
from tap_loopreturns import verify
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
    "text",
    ["", "\n", "a,b\n1,2\n", "month;state;count\n", "month,state\n", "state,state,month,count"],
)
def test_a_file_with_other_columns_is_refused_in_a_line(text: str) -> None:
    """It says which columns it wants; a file of nothing is not taken for an empty warehouse."""
    with pytest.raises(SettingsError, match="month, state and count"):
        verify.read(io.StringIO(text))


@pytest.mark.parametrize(
    "line",
    [
        "2026-13,open,1",
        "soon,open,1",
        "11/2026,open,1",
        "2026-111,open,1",
        ",open,1",
        "2026-11,,1",
        "2026-11,open,",
        "2026-11,open",
        "2026-11,open,-1",
        "2026-11,open,1.5",
        "2026-11,open,many",
        "2026-11,open,\u0663",
    ],
)
def test_a_line_that_is_none_is_named(line: str) -> None:
    """By its number, and what it should be like."""
    with pytest.raises(SettingsError, match=r"2026-11,open,120; line 3 is not one"):
        verify.read(io.StringIO(f"month,state,count\n2026-11,open,7\n{line}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffmonth,state,count\n2026-11,open,7\n",
        "month,state,count\r\n2026-11,open,7\r\n\r\n",
        "month,state,count\r2026-11,open,7",
        'count,"Month" , STATE ,more\n7,2026-11-01,open,"a\nb",c\n',
        "month,state,count\n2026-11-01T00:00:00Z,open,3\n2026-11,open,4\n",
    ],
)
def test_files_as_databases_and_excel_write_them_are_read(text: str) -> None:
    """A byte order mark, CRLF, empty lines, more columns, a month with its day."""
    assert verify.read(io.StringIO(text, newline="")) == {("2026-11", "open"): 7}


def test_spoilt_files_are_read_or_refused() -> None:
    """Of thousands of changed files, each brings counts or the error that names the option."""
    rng = Random(1)
    whole = b"month,state,count\n" + b"2026-11,open,7\n2026-10,closed,12\n" * 3
    refused = []
    for _ in range(3000):
        at = rng.randrange(len(whole))
        body = whole[:at] + rng.randbytes(rng.choice((0, 1, 3))) + whole[at + rng.randrange(9) :]
        try:
            counts = verify.read(io.TextIOWrapper(io.BytesIO(body), "utf-8", newline=""))
        except SettingsError as error:
            refused.append(error)
        else:
            assert all(isinstance(number, int) and number >= 0 for number in counts.values())
    assert 1000 < len(refused) < 3000
    assert {error.setting for error in refused} == {"--against"}
    assert not [error for error in refused if "\n" in str(error)]


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
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *line],
        capture_output=True,
        text=True,
        check=False,
    )
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
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "--config", config],
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 6
    assert line.endswith("returns: a return of the list has no 'id', its key.")
    assert done.stdout == ""
