"""Write into README.md and meltano.yml what the code says: `python scripts/sync_docs.py`.

With --check, only say whether they agree. The test suite does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tap_loopreturns.options import CONFIG
from tap_loopreturns.tap import STREAMS, TapLoopReturns
from target_loopreturns.settings import CONFIG as TARGET_CONFIG
from target_loopreturns.target import TargetLoopReturns

ROOT = Path(__file__).resolve().parent.parent
_EXTRACTOR = re.compile(r"    select:.*?(?=\n  loaders:)", re.DOTALL)
_LOADER = re.compile(
    r"(?<=    executable: target-loopreturns\n).*?    settings:.*?(?=\n  - name:)", re.DOTALL
)


def readme(text: str) -> str:
    """README.md with its tables made anew."""
    for name, table in (("settings", settings_table()), ("streams", streams_table())):
        block = f"<!-- {name} -->\n{table}\n<!-- /{name} -->"
        text = re.sub(
            rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, b=block: b, text, flags=re.DOTALL
        )
    return text


def meltano(text: str) -> str:
    """meltano.yml with the extractor's settings made anew."""
    off = [f'    - "!{stream.name}.*"' for stream in STREAMS if not stream.selected_by_default]
    known = {"properties": dict(CONFIG.to_dict()["properties"])}
    TapLoopReturns.append_builtin_config(known)
    tap = "\n".join(["    select:", '    - "*.*"', *off, "    settings:", *_settings(known)])
    capabilities = [f"    - {each.value}" for each in TargetLoopReturns.capabilities]
    target = "\n".join(
        ["    capabilities:", *capabilities, "    settings:", *_settings(TARGET_CONFIG)]
    )
    text = _EXTRACTOR.sub(lambda _: tap, text, count=1)
    return _LOADER.sub(lambda _: target, text, count=1)


def settings_table() -> str:
    """The settings as a table."""
    rows = ["| setting | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, setting in CONFIG.to_dict()["properties"].items():
        kind = _kind(setting)
        default = setting.get("default")
        shown = "" if default in (None, []) else f"`{_plain(default)}`"
        if name in CONFIG.to_dict()["required"]:
            shown = "required"
        rows.append(f"| `{name}` | {kind} | {shown} | {setting['description']} |")
    return "\n".join(rows)


def streams_table() -> str:
    """The streams as a table."""
    rows = [
        "| stream | key | replication | scope of the key | endpoint | requests |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for stream in STREAMS:
        key = ", ".join(f"`{name}`" for name in stream.keys)
        column = stream.replication_key
        cells = (
            f"`{stream.name}`" + ("" if stream.selected_by_default else " (off)"),
            key,
            f"`{column}`" if isinstance(column, str) else "full table",
            stream.scope,
            f"`{stream.endpoint}`",
            stream.costs,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _settings(known: dict[str, Any]) -> list[str]:
    return [line for setting in definition(known) for line in _yaml(setting)]


def definition(known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Settings in the terms of a Meltano plugin definition."""
    for name, setting in known["properties"].items():
        item: dict[str, Any] = {
            "name": name,
            "label": setting.get("title", name),
            "kind": _kind(setting),
        }
        if setting.get("format") == "date-time":
            item["kind"] = "date_iso8601"
        if setting.get("secret"):
            item["sensitive"] = True
        if "default" in setting and not isinstance(setting["default"], dict):
            item["value"] = setting["default"]
        item["description"] = " ".join(setting.get("description", "").split())
        yield item


def _kind(setting: dict[str, Any]) -> str:
    kinds = [kind for kind in _listed(setting.get("type", "string")) if kind != "null"]
    return str(kinds[0])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _yaml(setting: dict[str, Any]) -> Iterator[str]:
    lead = "    - "
    for name, value in setting.items():
        if isinstance(value, list):
            shown = "[" + ", ".join(value) + "]"
        elif isinstance(value, bool):
            shown = "true" if value else "false"
        elif isinstance(value, int):
            shown = str(value)
        else:
            shown = (
                '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
                if name != "name"
                else value
            )
        yield f"{lead}{name}: {shown}"
        lead = "      "


def main() -> None:
    """Write, or check."""
    differ = False
    for path, made in ((ROOT / "README.md", readme), (ROOT / "meltano.yml", meltano)):
        text = path.read_text("utf-8")
        if (new := made(text)) != text:
            differ = True
            if "--check" in sys.argv:
                print(f"{path.name} does not say what the code says; run scripts/sync_docs.py")
            else:
                path.write_text(new, "utf-8")
    sys.exit(differ and "--check" in sys.argv)


if __name__ == "__main__":
    main()
