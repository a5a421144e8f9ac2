"""The tables of docs/ that say what the code says: settings, streams, columns, messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import messages

from tap_loopreturns.records import schemas
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.streams import STREAMS


def settings_table() -> str:
    """The settings as a table."""
    rows = ["| setting | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, setting in CONFIG.to_dict()["properties"].items():
        default = setting.get("default")
        shown = "" if default in (None, [], "") else f"`{_plain(default)}`"
        if name == "api_key":
            shown = "required, unless there are `shops`"
        rows.append(f"| `{name}` | {kind(setting)} | {shown} | {setting['description']} |")
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
            stream.endpoint.scope,
            f"`{stream.endpoint.path}`",
            stream.costs,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def columns() -> str:
    """Each stream with its columns, from the schemas."""
    return "\n\n".join(_columns_of(stream.name, stream.keys) for stream in STREAMS)


def _columns_of(stream: str, keys: Sequence[str]) -> str:
    rows = [f"## {stream}", "", "| column | type | meaning |", "| --- | --- | --- |"]
    for name, node in schemas.load(stream)["properties"].items():
        marks = ", key" if name in keys else ""
        personal = " *Personal.*" if node.get("x-pii") else ""
        meaning = " ".join(node.get("description", "").split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {_column_type(node)}{marks} | {meaning}{personal} |")
    return "\n".join(rows)


def _column_type(node: dict[str, Any]) -> str:
    form = {schemas.DECIMAL: "decimal"}.get(node.get("format", ""), node.get("format"))
    return form or kind(node)


def kind(setting: dict[str, Any]) -> str:
    """The type that a setting or column has, where it is not null."""
    kinds = setting.get("type", "string")
    return next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "streams": streams_table,
    "columns": columns,
    "messages": messages.table,
}
