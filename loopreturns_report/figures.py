"""All figures of the report, for each shop, currency and period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from loopreturns_report import questions
from loopreturns_report.errors import ReportError
from loopreturns_report.warehouse import Marts, Row

ALL_SHOPS = ""
PERIODS = {30: "Last 30 days", 90: "Last 90 days", 365: "Last 12 months", 0: "All time"}
"""By days; 0 is everything."""
_BUCKETS = {30: "day", 90: "week", 365: "month", 0: "month"}
_DURATIONS = (
    "under|1 day", "1 to 3|days", "3 to 7|days", "1 to 2|weeks", "2 to 4|weeks", "over|30 days",
)  # fmt: skip
_AGES = ("0 to 3|days", "4 to 7|days", "8 to 14|days", "15 to 30|days", "over|30 days")


@dataclass(frozen=True, slots=True)
class Scope:
    """One shop, or all of them, in one currency."""

    shop: str
    currency: str
    first_day: date
    last_day: date

    @property
    def where(self) -> str:
        return "currency = $currency" + (" and source_relation = $shop" if self.shop else "")


def read(warehouse: Marts, progress: Callable[[str], None]) -> dict[str, Any]:
    """The whole of the report's figures.

    Args:
        warehouse: Where the marts are.
        progress: Is told what is being read.

    Raises:
        ReportError: there are no returns in the marts.
    """
    rows = warehouse.ask(questions.SCOPES, {})
    scopes = list(_scopes([row for row in rows if row["last_day"]]))
    if not scopes:
        raise ReportError(
            f"loop__returns in the schema {warehouse.schema} of {warehouse.name} holds no returns "
            "that count: load the stream returns, then run `dbt build`"
        )
    found: dict[str, Any] = {}
    for scope in scopes:
        progress(f"{scope.currency}{f' of {scope.shop}' if scope.shop else ''}")
        standing = _standing(warehouse, scope)
        for days in PERIODS:
            key = f"{scope.shop}|{scope.currency}|{days}"
            found[key] = standing | _of_period(warehouse, scope, days)
    return {
        "shops": list(dict.fromkeys(scope.shop for scope in scopes)),
        "currencies": list(dict.fromkeys(scope.currency for scope in scopes)),
        "periods": [{"days": days, "title": title} for days, title in PERIODS.items()],
        "definitions": {
            row["definition"]: row["chosen"] for row in warehouse.ask(questions.DEFINITIONS, {})
        },
        "last_day": max(scope.last_day for scope in scopes),
        "actions": _optional(warehouse, "loop__actions", questions.ACTIONS, {}),
        "figures": found,
    }


def _scopes(rows: list[Row]) -> Iterator[Scope]:
    """All shops together first, then each if there are several; the usual currency first."""
    last = max((row["last_day"] for row in rows), default=date.min)
    for currency in dict.fromkeys(row["currency"] for row in rows):
        days = [row["first_day"] for row in rows if row["currency"] == currency]
        yield Scope(ALL_SHOPS, currency, min(days), last)
    several = len({row["shop"] for row in rows}) > 1
    for row in rows if several else []:
        yield Scope(row["shop"], row["currency"], row["first_day"], last)


def _standing(warehouse: Marts, scope: Scope) -> dict[str, Any]:
    """What does not depend on the period: parcels under way, and who returns often."""
    ask = _asking(warehouse, scope, {})
    under_way = "loop__shipments_under_way" in warehouse.there
    ages = ask(questions.AGES) if under_way else []
    (repeaters,) = ask(questions.REPEATERS)
    return {
        "under_way": under_way,
        "ages": [
            {"label": _AGES[row["place"]], "place": row["place"], "stuck": row["is_stuck"],
             "units": row["units"], "value": row["value"]}
            for row in ages
        ],
        "stuck": ask(questions.STUCK) if under_way else [],
        "customers": ask(questions.CUSTOMERS),
        "repeaters": repeaters,
    }  # fmt: skip


def _of_period(warehouse: Marts, scope: Scope, days: int) -> dict[str, Any]:
    first, last = _span(scope, days)
    before = (first - timedelta(days=days), first - timedelta(days=1))
    # A period that began before the first return would make all that follows look like growth.
    comparable = bool(days) and before[0] >= scope.first_day
    dates = {"first": first, "last": last, "first_before": before[0], "last_before": before[1]}
    ask = _asking(warehouse, scope, dates | {"bucket": _BUCKETS[days]}, whole=not days)
    (totals,), (sold,) = ask(questions.TOTALS), ask(questions.SOLD)
    (earlier,) = ask(questions.TOTALS, before=True) if comparable else (None,)
    return {
        "first": first,
        "last": last,
        "bucket": _BUCKETS[days],
        "totals": totals,
        "before": earlier,
        "sold": sold,
        "trend": ask(questions.TREND),
        "outcomes": ask(questions.OUTCOMES),
        "reasons": ask(questions.REASONS),
        "products": ask(questions.PRODUCTS),
        "durations": [
            {"label": _DURATIONS[row["place"]], "place": row["place"], "returns": row["returns"]}
            for row in ask(questions.DURATIONS)
        ],
        "carriers": ask(questions.CARRIERS),
        "exchanges": ask(questions.EXCHANGES),
    }


def _span(scope: Scope, days: int) -> tuple[date, date]:
    first = scope.last_day - timedelta(days=days - 1) if days else scope.first_day
    return first, scope.last_day


def _asking(
    warehouse: Marts, scope: Scope, parameters: dict[str, Any], *, whole: bool = False
) -> Callable[..., list[Row]]:
    """Ask a question of this scope; `whole` takes every day, also returns without one."""
    spans = {
        "now": "date_day between $first and $last",
        "before": "date_day between $first_before and $last_before",
    }
    if whole:
        spans = {"now": "1 = 1", "before": "1 = 0"}

    def ask(sql: str, *, before: bool = False) -> list[Row]:
        period = spans["before"] if before else spans["now"]
        for name, text in {**spans, "period": period, "scope": scope.where}.items():
            sql = sql.replace(f"{{{name}}}", text)
        return warehouse.ask(sql, parameters | {"currency": scope.currency, "shop": scope.shop})

    return ask


def _optional(warehouse: Marts, mart: str, sql: str, parameters: dict[str, Any]) -> list[Row]:
    return warehouse.ask(sql, parameters) if mart in warehouse.there else []
