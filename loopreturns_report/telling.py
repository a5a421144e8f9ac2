"""The three figures that tell most, as lines of text."""

from __future__ import annotations

from typing import Any

_DAYS = 365


def telling(read: dict[str, Any]) -> list[str]:
    """Three lines on the last 12 months, in the usual currency and all shops."""
    shop, currency = read["shops"][0], read["currencies"][0]
    found = read["figures"][f"{shop}|{currency}|{_DAYS}"]
    lines = [_kept(found["totals"], currency), _why(found["reasons"]), _stuck(found)]
    return [line for line in lines if line]


def _kept(totals: dict[str, Any], currency: str) -> str:
    share = _percent(totals["kept"], totals["returned"])
    return (
        f"In the last 12 months {totals['returns']:,} returns came in, worth "
        f"{totals['returned']:,.2f} {currency}; {share} of that was kept as exchange or credit."
    )


def _why(reasons: list[dict[str, Any]]) -> str:
    named = [row for row in reasons if row["reason"] != "Not given"]
    if not named:
        return ""
    first, units = named[0], sum(row["units"] for row in reasons)
    return (
        f'The most frequent reason is "{first["reason"]}": {first["units"]:,} of {units:,} units '
        f"({_percent(first['units'], units)})."
    )


def _stuck(found: dict[str, Any]) -> str:
    if not found["under_way"]:
        return ""
    stuck = sum(row["units"] for row in found["ages"] if row["stuck"])
    every = sum(row["units"] for row in found["ages"])
    return f"{every:,} units are on their way back; {stuck:,} of them are stuck without news."


def _percent(part: Any, whole: Any) -> str:
    return f"{100 * float(part) / float(whole):.0f} %" if whole else "nothing"
