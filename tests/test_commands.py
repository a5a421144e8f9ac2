"""Every command and query of the documents is run by a test, or its page says why not.

A comment before a block of shell or SQL names the test (`<!-- run by: FILE::TEST -->`) or the
reason (`<!-- not run: … -->`). Those that need no more than an account are run here, as written.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from loop_returns.errors import InputRefused
from mock_loop import Loop
from target_loopreturns.settings import CONFIG as TARGET_CONFIG
from tests.acting import Desk, messages
from tests.documents import PAGES, ROOT, blocks, page, section
from tests.events.receiving import running
from tests.running import run_tap, settings

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
_BLOCK = re.compile(r"^( *)```(shell|sh|bash|console|sql)\n", re.MULTILINE)
_MARK = re.compile(r"<!-- (run by|not run): ([^>]+?) -->\s*(?:<!-- \w+ -->\s*)?\Z")
PROGRAMS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "scripts"
]
Shell = Callable[..., str]


def marks() -> Iterator[tuple[str, str, str]]:
    """Of each block where it is, and its mark: kind and text, both empty if there is none."""
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        for block in _BLOCK.finditer(text):
            place = f"{path.name}:{text.count(chr(10), 0, block.start()) + 1}"
            found = _MARK.search(text[: block.start()].rstrip(" "))
            yield place, found[1] if found else "", found[2] if found else ""


def test_every_command_and_query_is_run_or_says_why_not() -> None:
    """A new block without a mark fails here."""
    found = list(marks())
    assert len(found) > 30
    assert [place for place, kind, _ in found if not kind] == []
    assert sum(kind == "run by" for _, kind, _ in found) >= 35


def test_the_tests_that_pages_name_exist_and_read_the_page() -> None:
    """A test that does not open the page cannot run what stands there."""
    for place, kind, said in marks():
        if kind == "run by":
            file, _, name = said.partition("::")
            text = (ROOT / file).read_text("utf-8")
            assert f"\ndef {name}(" in text, (place, said)
            assert place.partition(":")[0] in text, (place, said)


@pytest.fixture
def shell(tmp_path: Path, loop: Loop) -> Shell:
    """Runs lines in a folder with a config.json, where the programs of this checkout are found."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for name, place in PROGRAMS.items():
        module, _, main = place.partition(":")
        (bin_ / name).write_text(f"#!{sys.executable}\nfrom {module} import {main}\n{main}()\n")
        (bin_ / name).chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps(settings(loop)), "utf-8")
    path = f"{bin_}{os.pathsep}{os.environ['PATH']}"

    def run(lines: str, *, code: int = 0, typed: str = "", **environ: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"set -eu\n{lines}"], cwd=tmp_path, check=False, timeout=120,
            capture_output=True, text=True, input=typed,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), **environ},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_first_configuration_is_written_as_shown(
    shell: Shell, loop: Loop, tmp_path: Path
) -> None:
    """By typing, and for a script; the account of the test stands for Loop."""
    typed, scripted = blocks(section("install.md", "The first configuration"), "shell")
    for lines, given in ((typed, f"{loop.key}\n2024-01-01\n"), (scripted, "")):
        (tmp_path / "config.json").unlink()
        (tmp_path / "tap-loopreturns.meltano.yml").unlink(missing_ok=True)
        line = lines.strip().replace("YOUR-KEY", loop.key)
        shell(f"{line} --api-url {loop.url}", typed=given)
        assert json.loads((tmp_path / "config.json").read_text("utf-8"))["api_key"] == loop.key


def test_the_questions_to_loop_are_asked_as_shown(shell: Shell, tmp_path: Path) -> None:
    """One command makes the page."""
    (line,) = blocks(page("questions-to-loop.md"), "shell")
    shell(line)
    assert (tmp_path / "page.md").read_text("utf-8").startswith("# ")


def test_the_mock_account_starts_as_shown(shell: Shell) -> None:
    """It says its address and its key; the port is a free one here."""
    line = blocks(page("mock.md"), "shell")[0].strip()
    assert "--port 8700" in line
    code = line.replace("--port 8700", "--port 0")
    wait = "until [ -s said ]; do sleep 0.1; done; kill $pid; wait $pid; cat said"
    said = json.loads(shell(f"timeout --preserve-status 60 {code} > said & pid=$!; {wait}"))
    assert said["returns"] == 2000


def test_the_receiver_is_tried_as_shown(shell: Shell, loop: Loop, tmp_path: Path) -> None:
    """Served by the page's file; an event is sent, subscriptions made, the rest retaken."""
    whole = page("events.md")
    serve, tried, repair, retake = blocks(whole, "shell")[1:]
    assert serve.split() == ["loopreturns-events", "serve", "--config", "events.toml"]
    text = blocks(whole, "toml")[0].replace("/var/lib/loopreturns-events", str(tmp_path))
    config = tmp_path / "events.toml"
    config.write_text('listen = "127.0.0.1:0"\n' + text + f'api_url = "{loop.url}"\n', "utf-8")
    keys = {"LOOP_SECRET_ACME": "whsec", "LOOP_KEY_ACME": loop.key}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in keys.items():
            patch.setenv(name, value)
        with running(config) as receiver:
            here = f"{receiver.url}/hooks/acme"
            config.write_text(re.sub(r"https://events[^\"]+", here, config.read_text("utf-8")))
            assert "answered 200" in shell(tried)
            assert "active" in shell(repair)
            assert "taken in" in shell(retake)


def test_the_ledger_is_shown_and_settled_as_written(
    shell: Shell, loop: Loop, tmp_path: Path
) -> None:
    """An empty ledger has nothing open, and nothing to settle."""
    show, settle = blocks(section("target.md", "When an answer is lost"), "shell")[0].splitlines()
    folder = Path(TARGET_CONFIG["properties"]["ledger"]["default"]).parent
    (tmp_path / folder).mkdir()
    Desk(loop, tmp_path / folder).run(messages({"return_actions": []}, 1), apply=True)
    assert shell(show) == "Nothing is open.\n"
    shell(settle.replace("1f0c…", "1f0c"), code=InputRefused.exit_code)


def tables(**columns: str) -> sqlite3.Connection:
    """Empty tables, with the columns that a query is about."""
    made = sqlite3.connect(":memory:")
    for name, names in columns.items():
        made.execute(f"create table {name} ({names})")
    return made


def test_the_views_of_the_targets_example_are_rows_that_it_takes(
    loop: Loop, tmp_path: Path
) -> None:
    """The notes and the cancellations of one customer's open returns, planned."""
    (views,) = blocks(section("target.md", "One worked example"), "sql")
    open_ = [one.id for one in loop.shop.book if one.state == "open"][:2]
    with closing(tables(returns="id, customer, state")) as made:
        made.executescript(views)
        rows = [(one, "someone@shop.example", "open") for one in open_]
        made.executemany("insert into returns values (?, ?, ?)", rows)
        made.row_factory = sqlite3.Row
        actions = [dict(row) for row in made.execute("select * from return_actions")]
        block = [dict(row) for row in made.execute("select * from to_block")]
    ran = Desk(loop, tmp_path).run(messages({"return_actions": actions, "blocklist_items": block}))
    assert (ran.exit_code, ran.results) == (0, {"planned": 5}), ran


def test_notices_of_units_that_left_are_left_out() -> None:
    """What joins with nothing, or with an earlier time of its return, has left."""
    (query,) = blocks(page("late-changes.md"), "sql")
    with closing(
        tables(
            advanced_shipping_notices="id, return_line_item_id",
            return_line_items="line_item_id, return_id, return_updated_at",
            returns="id, updated_at",
        )
    ) as made:
        made.execute("insert into returns values ('r', 2)")
        made.execute("insert into return_line_items values ('now', 'r', 2), ('before', 'r', 1)")
        made.execute("insert into advanced_shipping_notices values (1, 'now'), (2, 'before')")
        assert made.execute(query).fetchall() == [(1, "now")]


def test_rows_that_the_last_whole_reading_did_not_see_are_left_out() -> None:
    """Each shop by its own reading."""
    (query,) = blocks(page("shops.md"), "sql")
    with closing(
        tables(destinations="shop, id, last_seen_at", full_table_reads="shop, stream, read_at")
    ) as made:
        made.execute("insert into full_table_reads values ('a', 'destinations', 5)")
        made.execute("insert into full_table_reads values ('b', 'destinations', 9)")
        made.execute("insert into destinations values ('a', 1, 5), ('a', 2, 4), ('b', 1, 8)")
        assert made.execute(query).fetchall() == [("a", 1, 5)]


_PSQL = """
import csv, sqlite3, sys
assert sys.argv[1:3] == ["--csv", "--command"]
found = sqlite3.connect("warehouse.sqlite").execute(sys.argv[3])
to = csv.writer(sys.stdout)
to.writerow(column[0] for column in found.description)
to.writerows(found)
"""


def test_a_warehouse_is_held_against_loop_and_mended_as_shown(
    shell: Shell, loop: Loop, tmp_path: Path
) -> None:
    """Two rows that are not in the table are told, and come with the next run; SQLite stands in."""
    compare, mend = blocks(page("verify.md"), "shell")[1:3]
    (tmp_path / "bin/psql").write_text(f"#!{sys.executable}\n{_PSQL}")
    (tmp_path / "bin/psql").chmod(0o755)
    ran = run_tap(settings(loop))
    (tmp_path / "states.jsonl").write_text(json.dumps(ran.state) + "\n", "utf-8")
    rows = [(row["id"], row["updated_at"]) for row in ran.records("returns")]
    with closing(sqlite3.connect(tmp_path / "warehouse.sqlite")) as made, made:
        made.execute("create table returns (id, updated_at)")
        made.executemany("insert into returns values (?, ?)", rows[2:])
    *before, held = compare.splitlines()
    shell("\n".join(before))
    assert shell(held, code=1).count("missing") == 2
    last, repair, keep = mend.splitlines()
    shell(last)
    assert shell(repair, code=1).count("missing") == 2
    shell(keep)
    text = (tmp_path / "states.jsonl").read_text("utf-8").strip()
    again = run_tap(settings(loop), state=json.loads(text.splitlines()[-1]))
    assert {rows[0][0], rows[1][0]} <= {row["id"] for row in again.records("returns")}


def test_what_breaks_is_told_as_shown(shell: Shell) -> None:
    """The check of upgrading.md, on this checkout."""
    (line,) = (one for one in blocks(page("upgrading.md"), "shell") if one.startswith("python"))
    shell(f"cd {ROOT} && {line.replace('python', sys.executable, 1)}")


def test_what_is_not_run_stands_in_one_place_with_its_reason() -> None:
    """CONTRIBUTING.md lists it, and a script writes the list."""
    listed = section("CONTRIBUTING.md", "Commands that no test runs")
    found = list(marks())
    reasons = {(place.partition(":")[0], said) for place, kind, said in found if kind == "not run"}
    assert reasons == set(re.findall(r"^\| ([\w.-]+\.md) \| (.+) \|$", listed, re.MULTILINE))
