"""The report as one HTML file with nothing outside it."""

from __future__ import annotations

import html
import json
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

import vl_convert

from loopreturns_report import charts, words

_FILES = resources.files("loopreturns_report") / "assets"


def page(figures: dict[str, Any], title: str, made_at: datetime) -> str:
    """The whole file.

    Args:
        figures: What `figures.read` has found.
        title: The heading.
        made_at: When the report is made.
    """
    data = figures | {
        "charts": charts.all_charts(),
        "made": words.made(figures["definitions"]),
        "made_at": made_at.strftime("%d %B %Y, %H:%M UTC"),
    }
    parts = {
        "TITLE": html.escape(title),
        "STYLE": _read("report.css"),
        "DATA": _json(data),
        "LIBRARY": vl_convert.javascript_bundle().replace("</script", "<\\/script"),
        "SCRIPT": _read("report.js"),
    }
    text = _read("report.html")
    for name, part in parts.items():
        text = text.replace(f"<!--{name}-->", part)
    return text


def _read(name: str) -> str:
    return (_FILES / name).read_text("utf-8")


def _json(data: Any) -> str:
    """JSON that may stand within a script element."""
    return json.dumps(data, default=_plain, separators=(",", ":")).replace("<", "\\u003c")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    raise TypeError(f"no JSON for {type(value)}")
