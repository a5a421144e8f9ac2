"""One command starts an account that other processes can steer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.mock_loop.asking import NOW

ROOT = Path(__file__).parents[2]


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command, once it has said where it is."""
    command = [sys.executable, "-m", "mock_loop", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def test_it_says_where_it_is_takes_orders_and_ends_when_told(tmp_path: Path) -> None:
    """On stdout and in a file, which goes with it; its orders are those of `control`."""
    note = tmp_path / "mock.json"
    with started("--returns", "50", "--now", NOW, "--state-file", str(note)) as (process, said):
        assert json.loads(note.read_text()) == said
        assert said["returns"] == 50
        url = said["url"]
        done = requests.post(f"{url}/_mock/change", json={"count": 20, "seed": 7}, timeout=5)
        rows = requests.get(f"{url}/_mock/returns?fields=id", timeout=5).json()
        assert set(done.json()["touched"]) <= {row["id"] for row in rows}
        process.terminate()
        assert process.wait(timeout=5) == 0
    assert not note.exists()


def test_its_options_are_those_of_the_account() -> None:
    """Key, seed, clock and limit; equal ones serve an equal account."""
    arguments = ("--returns", "20", "--seed", "3", "--key", "mine", "--now", NOW, "--end", NOW)
    shops = []
    for _ in range(2):
        with started(*arguments, "--requests-per-minute", "0", "--no-gzip") as (_, said):
            headers = {"X-Authorization": "mine"}
            answer = requests.get(f"{said['url']}/api/v1/orders", headers=headers, timeout=5)
            assert "x-ratelimit-limit" not in answer.headers
            assert "Content-Encoding" not in answer.headers
            shops.append(requests.get(f"{said['url']}/_mock/returns", timeout=5).json())
    assert shops[0] == shops[1] != []


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (("-m", "mock_loop"), ("api_url and api_key", "until it is stopped", "nothing is kept")),
        (("scripts/demo.py",), ("DuckDB", "needs no key", "downloads packages", ".venv-demo")),
    ],
)
def test_help_says_what_it_does_and_does_none_of_it(
    program: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What it makes, what it needs, and what is left behind."""
    shown = subprocess.run(
        [sys.executable, *program, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert all(word in " ".join(shown.split()) for word in words)
