"""What users build on: streams, columns, settings, codes, programs and files, as plain facts."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import yaml

from loop_returns import errors
from tap_loopreturns.records import schemas
from tap_loopreturns.streams import STREAMS
from tests import programs

Facts = dict[str, dict[str, Any]]
"""By their kind and their name; a value is plain JSON."""
ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PLUGINS = ("tap-loopreturns", "target-loopreturns")
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]+")
_NO_OPTIONS = {"--help"}


def surface(files: Path) -> Facts:
    """All facts of the code that is imported; of STATE and stores by the files that it wrote."""
    facts: Facts = {
        "python": dict.fromkeys(_pythons(), True),
        "extra": dict.fromkeys(PROJECT["optional-dependencies"], True),
        "program": dict.fromkeys(PROJECT["scripts"], True),
        "option": dict.fromkeys(_options(), True),
        "exit code": _exit_codes(),
        "state": _shape_of_states(files),
        "ledger": _tables(files / "ledger.sqlite"),
        "event store": _tables(files / "events.sqlite"),
        "mart": _marts(),
    }
    return facts | _streams() | _settings() | _actions()


def _pythons() -> Iterator[str]:
    for one in PROJECT["classifiers"]:
        if found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", one):
            yield found[1]


def _options() -> Iterator[str]:
    """Each option of each program, as its help names them."""
    for program in PROJECT["scripts"]:
        for words in _subcommands(program):
            done = programs.run(program, *words, "--help")
            done.check_returncode()
            for option in sorted({*_OPTION.findall(done.stdout)} - _NO_OPTIONS):
                yield " ".join((program, *words, option))


def _subcommands(program: str) -> Iterable[tuple[str, ...]]:
    if program != "loopreturns-events":
        return [()]
    from loopreturns_events import cli  # noqa: PLC0415  an extra

    below = [("subscriptions", name) for name in cli.subscriptions_.commands]
    return [(name,) for name in cli.command.commands] + below


def _exit_codes() -> dict[str, int]:
    return {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.LoopReturnsError)
    }


def _streams() -> Facts:
    facts: Facts = {name: {} for name in ("stream", "key", "replication key", "scope", "column")}
    facts["selected"] = {}
    for stream in STREAMS:
        facts["stream"][stream.name] = True
        facts["key"][stream.name] = list(stream.keys)
        column = stream.replication_key
        facts["replication key"][stream.name] = column if isinstance(column, str) else None
        facts["selected"][stream.name] = stream.selected_by_default
        if stream.selected_by_default:
            facts["scope"][stream.endpoint.scope] = True
        facts["column"] |= dict(_columns(stream.name, schemas.load(stream.name)))
    return facts


def _columns(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each column, and what is within it, with its types and what says more of them."""
    for name, node in schema.get("properties", {}).items():
        types = node.get("type", [])
        form = {"types": sorted([types] if isinstance(types, str) else types)}
        more = {key: node[key] for key in ("format", "x-pii") if key in node}
        yield f"{place}.{name}", form | more
        yield from _columns(f"{place}.{name}", node)
        items = node.get("items")
        if isinstance(items, dict):
            yield from _columns(f"{place}.{name}[]", items)


def _settings() -> Facts:
    """As the plugin definitions have them, which another test holds against the code."""
    facts: Facts = {"setting": {}, "default": {}, "choice": {}, "required setting": {}}
    for plugin in PLUGINS:
        found = yaml.safe_load((ROOT / f"meltano/{plugin}.yml").read_text("utf-8"))
        for setting in found["settings"]:
            name = f"{plugin} {setting['name']}"
            facts["setting"][name] = setting["kind"]
            facts["default"][name] = setting.get("value")
            for choice in setting.get("options", ()):
                facts["choice"][f"{name} {choice['value']}"] = True
        # The groups are alternatives: what stands in each of them has to be given.
        for name in set.intersection(*map(set, found["settings_group_validation"])):
            facts["required setting"][f"{plugin} {name}"] = True
    for name, value in _settings_of_the_receiver():
        facts["setting"][name] = "required" if value is MISSING else type(value).__name__
        facts["default"][name] = None if value is MISSING else value
        if value is MISSING:
            facts["required setting"][name] = True
    return facts


def _settings_of_the_receiver() -> Iterator[tuple[str, Any]]:
    """Each setting of its file, and the default."""
    from loopreturns_events.settings import Settings, ShopSettings  # noqa: PLC0415  an extra

    for kind, place in ((Settings, ""), (ShopSettings, "shops.NAME.")):
        for one in fields(kind):
            if (kind, one.name) != (ShopSettings, "name"):  # it is the table's own
                default = list(one.default) if isinstance(one.default, tuple) else one.default
                yield f"loopreturns-events {place}{one.name}", default


def _actions() -> Facts:
    """What rows `target-loopreturns` takes, and what its outcomes say."""
    facts: Facts = {"action column": {}, "required action column": {}, "outcome column": {}}
    for path in sorted((ROOT / "target_loopreturns/schemas").glob("*.json")):
        schema = json.loads(path.read_text("utf-8"))
        is_outcome = path.stem.startswith("action_")
        facts["outcome column" if is_outcome else "action column"] |= dict(
            _columns(path.stem, schema)
        )
        for name in () if is_outcome else schema.get("required", ()):
            facts["required action column"][f"{path.stem}.{name}"] = True
    return facts


def _shape_of_states(files: Path) -> dict[str, str]:
    """Where in STATE what kind of value stands."""
    places: dict[str, str] = {}
    for path in sorted(files.glob("state*.json")):
        places |= dict(_shape("", json.loads(path.read_text("utf-8"))))
    return places


def _shape(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _shape(f"{place}.{name}" if place else name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shape(f"{place}[]", inner)
    elif value is not None:
        yield place, type(value).__name__


def _tables(path: Path) -> dict[str, str]:
    """The columns of an SQLite file, with their types."""
    import sqlite3  # noqa: PLC0415  one function's

    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        rows = connection.execute(
            "select m.name || '.' || c.name, c.type "
            "from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' order by 1"
        ).fetchall()
    return dict(rows)


def _marts() -> dict[str, str]:
    """The columns of the dbt package's marts, by their contracts."""
    found = yaml.safe_load((ROOT / "dbt_loopreturns/models/marts/marts.yml").read_text("utf-8"))
    return {
        f"{model['name']}.{column['name']}": str(column.get("data_type"))
        for model in found["models"]
        for column in model.get("columns", ())
    }
