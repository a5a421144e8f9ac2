"""Write into documents and plugin definitions what the code says: `python scripts/sync_docs.py`.

That is the tables of streams, columns and settings in docs/, README.md's commands, meltano.yml, the
definitions in `meltano/`, and the repository's address, which is said in pyproject.toml alone. With
--check, only say whether they agree. The test suite does.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from tables import TABLES, kind

from loop_returns.endpoints import VERSIONS
from tap_loopreturns.streams import STREAMS
from tap_loopreturns.tap import TapLoopReturns
from target_loopreturns.history_tap import TapLoopReturnsActions
from target_loopreturns.target import TargetLoopReturns

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REPOSITORY: str = PROJECT["urls"]["Repository"]
PIP_URL = f"git+{REPOSITORY}"
"""Until a release is on the package index; then the package's name."""

ON = [f"{stream.name}.*" for stream in STREAMS if stream.selected_by_default]
OFF = [stream.name for stream in STREAMS if not stream.selected_by_default]
_OPTIONS = {
    "api_version": VERSIONS,
    "on_missing_scope": ("fail", "skip"),
    "on_unknown_shape": ("keep", "fail"),
    "pii": ("keep", "hash", "drop"),
    "refresh": ("dates", "events"),
    "outcomes_format": ("singer", "jsonl"),
}
_WAYS = {
    "tap-loopreturns": [["api_key"], ["shops"], ["shops_file"]],
    "target-loopreturns": [["api_key"]],
    "tap-loopreturns-actions": [["ledger"]],
}
"""The settings that a plugin cannot do without: any of these."""
_PLUGINS = {one.name: one for one in (TapLoopReturns, TargetLoopReturns, TapLoopReturnsActions)}
_DATES = ("start_date", "end_date")
_NOT_RUN = re.compile(r"<!-- not run: ([^>]+?) -->")
_MADE = "# Made by `python scripts/sync_docs.py`; not to be edited by hand.\n"


def readme(text: str) -> str:
    """README.md with its commands made anew."""
    return addressed(_between("meltano", meltano_commands(), text))


def page(text: str) -> str:
    """A page of docs/ with the tables that it has made anew."""
    for name, make in TABLES.items():
        if f"<!-- {name} -->" in text:
            text = _between(name, make(), text)
    return addressed(text)


def contributing(text: str) -> str:
    """CONTRIBUTING.md with the list of what no test runs."""
    rows = ["| page | why |", "| --- | --- |"]
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").glob("*.md")),
    ):
        reasons = dict.fromkeys(_NOT_RUN.findall(path.read_text("utf-8")))
        rows += [f"| {path.name} | {said} |" for said in reasons]
    return _between("not-run-list", "\n".join(rows), text)


def _between(name: str, made: str, text: str) -> str:
    """A text with what is made between two marks, indented as they are."""
    block = f"<!-- {name} -->\n{made}\n<!-- /{name} -->"
    return re.sub(
        rf"( *)<!-- {name} -->.*?<!-- /{name} -->",
        lambda found: textwrap.indent(block, found[1]),
        text,
        flags=re.DOTALL,
    )


def addressed(text: str) -> str:
    """A document with the repository's address wherever it names it."""
    owner, name = REPOSITORY.rsplit("/", 2)[1:]
    for before in (r"github\.com/", r"raw\.githubusercontent\.com/", r"repository: "):
        text = re.sub(rf"({before})[\w.-]+/{name}\b", rf"\g<1>{owner}/{name}", text)
    return text


def meltano_commands() -> str:
    """How the tap comes into a Meltano project."""
    raw = REPOSITORY.replace("https://github.com", "https://raw.githubusercontent.com")
    ref = f"{raw}/main/meltano/tap-loopreturns.yml"
    return f"""\
```shell
meltano add --plugin-type extractor --from-ref {ref} tap-loopreturns
meltano config set tap-loopreturns api_key YOUR-KEY
meltano config set tap-loopreturns start_date 2023-01-01
meltano config set tap-loopreturns _select '{json.dumps(ON)}'
meltano config set tap-loopreturns on_missing_scope skip
```"""


def meltano(text: str) -> str:
    """meltano.yml with what it says of the two plugins made anew."""
    for name, part in (
        ("tap-loopreturns", {"capabilities": capabilities("tap"), "select": ON}),
        ("target-loopreturns", {"capabilities": capabilities("target")}),
    ):
        settings = list(definition(_about(name)["properties"]))
        made = textwrap.indent(_yaml({**part, "settings": settings}), "    ").rstrip("\n")
        block = rf"(?<=    executable: {name}\n).*?(?=\n  (?:loaders:|- name:))"
        text = re.sub(block, lambda _, made=made: made, text, count=1, flags=re.DOTALL)
    return text


def extractor() -> dict[str, Any]:
    """The plugin definition of the tap, for `meltano add --from-ref` and for MeltanoHub."""
    return {
        **_plugin("tap-loopreturns", "Loop Returns"),
        "capabilities": capabilities("tap"),
        "select": ON,
        "prereq": "An API key of your Loop account: in Loop's admin, Settings > Developers. The "
        "table of streams in docs/streams.md says which scopes it needs.",
        "settings_preamble": "Only `api_key` is needed. Without `start_date` the first sync begins "
        "two years back.",
        **_settings("tap-loopreturns"),
        "next_steps": "`meltano invoke tap-loopreturns --test` tells for each stream whether the "
        "key may read it.",
        "usage": "Meltano selects every stream of a plugin that was just added, also those that "
        f"cost a request a return or repeat what the shop has: {', '.join(OFF)}. Leave them out "
        f"with `meltano config set tap-loopreturns _select '{json.dumps(ON)}'`; then `meltano "
        'select tap-loopreturns orders "*"` adds orders alone.',
    }


def loader() -> dict[str, Any]:
    """The plugin definition of the target."""
    return {
        **_plugin("target-loopreturns", "Loop Returns actions"),
        "capabilities": capabilities("target"),
        "prereq": "An API key of your Loop account with the scopes of the actions: see "
        "docs/target.md.",
        "settings_preamble": "Only `api_key` is needed. Without `apply` nothing is done but told.",
        **_settings("target-loopreturns"),
        "next_steps": "Run it once without `apply`, and read what it would do.",
        "usage": "Each row is one action, done once. Keep the `ledger` between runs.",
    }


def history() -> dict[str, Any]:
    """The plugin definition of the extractor of what the target did."""
    return {
        **_plugin("tap-loopreturns-actions", "Loop Returns actions"),
        "capabilities": sorted(each.value for each in TapLoopReturnsActions.capabilities),
        "prereq": "The ledger of target-loopreturns; no key, and no request to Loop.",
        "settings_preamble": "Only `ledger` is needed: the same as the target's.",
        **_settings("tap-loopreturns-actions"),
        "usage": "action_outcomes has a row for each action and run; the latest word on an action "
        "is that of the greatest `sequence`.",
    }


def capabilities(kind: str) -> list[str]:
    """What a plugin can do, in Meltano's words."""
    if kind == "target":
        return sorted(each.value for each in TargetLoopReturns.capabilities)
    # The SDK knows no such capability, and the tap has the option.
    return sorted({each.value for each in TapLoopReturns.capabilities} | {"test"})


def _plugin(name: str, label: str) -> dict[str, Any]:
    described = _PLUGINS[name]
    return {
        "name": name,
        "variant": "tap-loopreturns",
        "label": label,
        "namespace": name.replace("-", "_"),
        "description": str(described.__doc__).partition("\n")[0],
        "docs": f"{REPOSITORY}#readme",
        "domain_url": "https://www.loopreturns.com/",
        "repo": REPOSITORY,
        "pip_url": PIP_URL,
        "executable": name,
        "logo_url": "/assets/logos/extractors/loopreturns.png",
        "maintenance_status": "beta",
        "keywords": ["api", "meltano_sdk", "returns", "e-commerce", "shopify"],
    }


def _settings(name: str) -> dict[str, Any]:
    return {
        "settings_group_validation": _WAYS[name],
        "settings": list(definition(_about(name)["properties"])),
    }


def _about(name: str) -> dict[str, Any]:
    settings: dict[str, Any] = _PLUGINS[name]._get_about_info().settings  # noqa: SLF001
    return settings


def definition(known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Settings in the terms of a Meltano plugin definition."""
    for name, setting in known.items():
        item: dict[str, Any] = {"name": name, "label": setting.get("title", name)}
        item["kind"] = "date_iso8601" if name in _DATES else kind(setting)
        if name in _OPTIONS:
            item["kind"] = "options"
            item["options"] = [{"label": one, "value": one} for one in _OPTIONS[name]]
        if setting.get("secret"):
            item["sensitive"] = True
        if "default" in setting and not isinstance(setting["default"], dict):
            item["value"] = setting["default"]
        item["description"] = " ".join(setting.get("description", item["label"]).split())
        yield item


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=96)
    return text


def main() -> None:
    """Write, or check."""
    made = {
        "README.md": readme,
        "CONTRIBUTING.md": contributing,
        "pyproject.toml": addressed,
        "SECURITY.md": addressed,
        "meltano.yml": meltano,
        "meltano/tap-loopreturns.yml": lambda _: _MADE + _yaml(extractor()),
        "meltano/target-loopreturns.yml": lambda _: _MADE + _yaml(loader()),
        "meltano/tap-loopreturns-actions.yml": lambda _: _MADE + _yaml(history()),
        **{
            path.relative_to(ROOT).as_posix(): addressed
            for path in sorted((ROOT / "examples").rglob("*.yml"))
        },
        **{f"docs/{path.name}": page for path in sorted((ROOT / "docs").glob("*.md"))},
        "dbt_loopreturns/README.md": addressed,
    }
    differ = False
    for name, make in made.items():
        path = ROOT / name
        text = path.read_text("utf-8") if path.exists() else ""
        if (new := make(text)) != text:
            differ = True
            if "--check" in sys.argv:
                print(f"{name} does not say what the code says; run scripts/sync_docs.py")
            else:
                path.write_text(new, "utf-8")
    sys.exit(differ and "--check" in sys.argv)


if __name__ == "__main__":
    main()
