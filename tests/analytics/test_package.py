"""The dbt package as it is written, held against the tap's schemas and its own documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tap_loopreturns.records import schemas
from tap_loopreturns.streams import STREAMS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "dbt_loopreturns"
PROJECT: dict[str, Any] = yaml.safe_load((PACKAGE / "dbt_project.yml").read_text("utf-8"))
MARTS = sorted(path.stem for path in (PACKAGE / "models/marts").glob("*.sql"))
SAID: dict[str, Any] = {
    model["name"]: model
    for model in yaml.safe_load((PACKAGE / "models/marts/marts.yml").read_text("utf-8"))["models"]
}
SQL = {
    path: path.read_text("utf-8")
    for folder in ("macros", "models", "tests")
    for path in (PACKAGE / folder).rglob("*.sql")
}
READ = re.compile(r"\('([\w.]+)', '(\w+)', '(\w+)'\)")


def staged(stream: str) -> set[str]:
    """The columns of a stream's table that its staging model reads."""
    path = min(PACKAGE.glob(f"models/staging/*_loop__{stream}.sql"))  # base before stg
    return {name for name, _, _ in READ.findall(path.read_text("utf-8"))}


def plain(node: dict[str, Any]) -> bool:
    """Whether a column holds one value, and no object or list."""
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    return not {"object", "array"} & set(kinds)


@pytest.mark.parametrize("stream", [stream.name for stream in STREAMS])
def test_every_plain_column_of_every_stream_is_staged(stream: str) -> None:
    """A column that the tap writes and the package does not read would be lost to its users."""
    columns = schemas.load(stream)["properties"]
    meant = {name for name, node in columns.items() if plain(node)}
    read = {name for name in staged(stream) if "." not in name}
    assert read == meant


@pytest.mark.parametrize("stream", [stream.name for stream in STREAMS])
def test_what_is_read_within_a_column_is_there(stream: str) -> None:
    """A path into a nested column names what the schema has."""
    columns = schemas.load(stream)["properties"]
    for path in (name for name in staged(stream) if "." in name):
        node: dict[str, Any] = {"properties": columns}
        for part in path.split("."):
            node = node["properties"][part]


def test_every_mart_says_what_it_answers_and_what_each_column_is() -> None:
    """A question, an example in SQL, one row a thing, and a description and type of each column."""
    assert sorted(SAID) == MARTS
    for name, model in SAID.items():
        assert "?" in model["description"].splitlines()[0], name
        assert "Example question" in model["description"], name
        assert f"from {name}" in " ".join(model["description"].split()), name
        assert any("one_row_each" in test for test in model["data_tests"]), name
        assert all(one["description"] and one["data_type"] for one in model["columns"]), name


def test_currency_is_part_of_every_grain() -> None:
    """No mart with amounts sums over currencies: each of its rows says its currency."""
    for name, model in SAID.items():
        amounts = [one for one in model["columns"] if one["data_type"].startswith("numeric")]
        if amounts:
            assert "currency" in {one["name"] for one in model["columns"]}, name


def test_every_variable_is_used_and_explained() -> None:
    """What can be chosen does something, and the decision log says what."""
    written = "\n".join(SQL.values())
    told = (PACKAGE / "DECISIONLOG.md").read_text("utf-8")
    for name in PROJECT["vars"]:
        if not name.startswith("loop_using_"):
            # The tables of a shop's own are read by one macro, for both names.
            assert name in written or name.removeprefix("loop_") in written, name
            assert f"`{name}" in told, name


def test_no_package_is_needed_and_dbt_is_below_the_version_that_fetches_by_itself() -> None:
    """There is nothing for `dbt deps` to download."""
    assert not list(PACKAGE.glob("packages.yml")) + list(PACKAGE.glob("dependencies.yml"))
    assert PROJECT["require-dbt-version"] == [">=1.10.5", "<1.12.0"]


def test_readmes_table_has_every_mart() -> None:
    """And no other."""
    readme = (PACKAGE / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `(loop__\w+)`", readme, re.MULTILINE)) == MARTS


def test_names_of_unit_tests_fit_into_postgres() -> None:
    """A unit test is a relation, whose name PostgreSQL cuts at 63 characters."""
    for path in (PACKAGE / "models").rglob("unit_tests.yml"):
        for test in yaml.safe_load(path.read_text("utf-8"))["unit_tests"]:
            assert len(test["name"]) < 63, test["name"]
