"""A breaking change is told and has to be declared; a compatible one passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tap_loopreturns.records import schemas
from tests.documents import page
from tests.upgrades import surface as surface_
from tests.upgrades.__main__ import RELEASED, surface_now
from tests.upgrades.changes import MAY_GO, breaking, undeclared
from tests.upgrades.surface import Facts

RELEASED_SURFACE: Facts = json.loads((RELEASED / "surface.json").read_text("utf-8"))
RELEASED_SURFACE.pop("version")
Edit = Callable[[Facts], Any]


def gone(kind: str, name: str) -> Edit:
    return lambda facts: facts[kind].pop(name)


def put(kind: str, name: str, value: Any) -> Edit:
    return lambda facts: facts[kind].update({name: value})


def types(kind: str, name: str, *names: str) -> Edit:
    return lambda facts: facts[kind][name].update(types=sorted(names))


def without_stream(facts: Facts) -> None:
    for kind in ("stream", "key", "replication key", "selected"):
        del facts[kind]["webhooks"]
    facts["column"] = {k: v for k, v in facts["column"].items() if not k.startswith("webhooks.")}


BREAKING: list[tuple[str, Edit]] = [
    ("stream webhooks", without_stream),
    ("column returns.state", gone("column", "returns.state")),
    ("column returns.line_items[].sku", gone("column", "returns.line_items[].sku")),
    ("column returns.total", types("column", "returns.total", "number", "null")),
    ("column returns.id", types("column", "returns.id", "string", "null")),
    ("column returns.created_at", lambda f: f["column"]["returns.created_at"].pop("format")),
    ("column returns.customer", lambda f: f["column"]["returns.customer"].pop("x-pii")),
    ("key return_labels", put("key", "return_labels", ["return_id"])),
    ("replication key returns", put("replication key", "returns", "created_at")),
    ("selected carts", put("selected", "carts", False)),
    ("scope Customers (read)", put("scope", "Customers (read)", True)),
    ("setting tap-loopreturns states", gone("setting", "tap-loopreturns states")),
    ("setting tap-loopreturns page_size", put("setting", "tap-loopreturns page_size", "string")),
    (
        "setting loopreturns-events retention_days",
        gone("setting", "loopreturns-events retention_days"),
    ),
    ("default tap-loopreturns pii", put("default", "tap-loopreturns pii", "hash")),
    ("choice tap-loopreturns pii drop", gone("choice", "tap-loopreturns pii drop")),
    (
        "required setting tap-loopreturns start_date",
        put("required setting", "tap-loopreturns start_date", True),
    ),
    ("exit code AccessError", put("exit code", "AccessError", 5)),
    (
        "state bookmarks.returns.covered.open[][]",
        gone("state", "bookmarks.returns.covered.open[][]"),
    ),
    (
        "state bookmarks.returns.replication_key_value",
        put("state", "bookmarks.returns.replication_key_value", "int"),
    ),
    ("ledger actions.result", gone("ledger", "actions.result")),
    ("event store events.sequence", put("event store", "events.sequence", "TEXT")),
    ("program mock-loop", gone("program", "mock-loop")),
    ("option tap-loopreturns --discover", gone("option", "tap-loopreturns --discover")),
    ("extra events", gone("extra", "events")),
    ("python 3.11", gone("python", "3.11")),
    ("action column return_actions.content", gone("action column", "return_actions.content")),
    (
        "required action column return_actions.content",
        put("required action column", "return_actions.content", True),
    ),
    ("outcome column action_outcomes.outcome", gone("outcome column", "action_outcomes.outcome")),
    ("mart loop__returns.currency", gone("mart", "loop__returns.currency")),
]
TEXT = {"types": ["null", "string"]}
COMPATIBLE: dict[str, Edit] = {
    "a new column": put("column", "returns.new", TEXT),
    "a column that is never null any more": types("column", "returns.state", "string"),
    "a new stream that is off": put("stream", "gift_cards", True),
    "a stream that is on, too, with a scope that was needed before": put(
        "selected", "return_notes", True
    ),
    "a new setting": put("setting", "tap-loopreturns new", "integer"),
    "a new choice": put("choice", "tap-loopreturns pii mask", True),
    "a setting that need not be given any more": gone(
        "required setting", "target-loopreturns api_key"
    ),
    "a new error with a code": put("exit code", "NewError", 9),
    "a new entry in STATE": put("state", "bookmarks.returns.page", "str"),
    "a new column of the ledger": put("ledger", "actions.new", "TEXT"),
    "a new option": put("option", "tap-loopreturns --new", True),
    "a new Python": put("python", "3.14", True),
    "a scope that is not needed any more": gone("scope", "Orders"),
    "an action column that takes numbers, too": types(
        "action column", "return_actions.content", "string", "integer"
    ),
}


def edited(edit: Edit) -> Facts:
    facts = copy.deepcopy(RELEASED_SURFACE)
    edit(facts)
    return facts


@pytest.mark.parametrize(("name", "edit"), BREAKING, ids=[name for name, _ in BREAKING])
def test_a_breaking_change_is_told_by_its_name_until_the_changelog_declares_it(
    name: str, edit: Edit
) -> None:
    """A line alone is not enough: it has to say what a user is to do."""
    found = breaking(RELEASED_SURFACE, edited(edit))
    assert [one.name for one in found] == [name]
    entry = "# Changelog\n\n## [Unreleased]\n\n### Breaking\n\n- {}\n\n### Fixed\n\n## [1.0]\n"
    assert undeclared(found, entry.format(f"`{name}` went.")) == found
    assert undeclared(found, entry.format("`another` went. Migration: none.")) == found
    assert undeclared(found, entry.format(f"`{name}` went. Migration: use another.")) == []


@pytest.mark.parametrize("what", COMPATIBLE)
def test_a_compatible_change_passes(what: str) -> None:
    """Nobody can have built on its absence."""
    after = edited(COMPATIBLE[what])
    assert after != RELEASED_SURFACE
    assert breaking(RELEASED_SURFACE, after) == []


def test_the_surface_is_read_off_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column that leaves its schema leaves the surface, with all that is within it."""
    whole = schemas.load("returns")
    parts = {name: node for name, node in whole["properties"].items() if name != "line_items"}
    monkeypatch.setattr(schemas, "load", lambda _: {**whole, "properties": parts})
    columns = surface_._streams()["column"]
    assert "returns.total" in columns
    assert not [name for name in columns if name.startswith("returns.line_items")]


@pytest.fixture(scope="module")
def present() -> Facts:
    return surface_now()


def test_this_code_breaks_nothing_that_the_changelog_does_not_declare(present: Facts) -> None:
    """Held against what the last release promised; `python -m tests.upgrades` tells it, too."""
    found = breaking(RELEASED_SURFACE, present)
    assert undeclared(found, page("CHANGELOG.md")) == []


def test_no_part_of_the_surface_has_gone_blind(present: Facts) -> None:
    """Each kind of fact is still found: an empty one would pass everything.

    Of what is demanded of users one may be left; what they are given may not dwindle.
    """
    assert {kind for kind, facts in RELEASED_SURFACE.items() if facts} == set(RELEASED_SURFACE)
    for kind, facts in RELEASED_SURFACE.items():
        least = 1 if kind in MAY_GO else len(facts) * 0.8
        assert len(present[kind].keys() & facts.keys()) >= least, kind
