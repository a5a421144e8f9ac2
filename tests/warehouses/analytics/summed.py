"""What the marts that count and sum must hold, from the rows of those that do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.expected import ZERO, Row

DAY_AMOUNTS = (
    "product_amount", "discount_amount", "tax_amount", "returned_amount", "refund_amount",
    "credit_amount", "exchange_amount", "upsell_amount", "retained_amount", "handling_fee_amount",
    "label_cost_amount", "net_shipping_amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an order."""

    shop: str
    order: str
    ordered_at: datetime
    currency: str
    product: str
    quantity: int
    amount: Decimal


def total(rows: Iterable[Row], name: str) -> Decimal:
    """The sum of a column; what is not known counts as nothing."""
    return sum((row[name] or ZERO for row in rows), ZERO)


def orders(rows: Iterable[Row]) -> int:
    """How many orders the rows are of."""
    return len({row["provider_order_id"] for row in rows if row["provider_order_id"]})


def month(day: date | None) -> date | None:
    """The first day of a day's month."""
    return day and day.replace(day=1)


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """Counted rows by some columns, the month among them."""
    found = defaultdict(list)
    for row in rows:
        if row["is_counted"]:
            known = row | {"date_month": month(row["date_day"])}
            found[tuple(known[name] for name in names)].append(row)
    return found


def rate(units: Any, value: Any, ordered: Any, choices: Choices) -> Decimal | None:
    """Returned by sold, each a pair."""
    returned, sold = {"units": units, "value": value, "orders": ordered}[choices.rate]
    if not sold:
        return None
    exact = Decimal(returned) / Decimal(sold)
    return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def shipping_costs(returns: Iterable[Row]) -> Iterator[Row]:
    names = ("source_relation", "currency", "date_month")
    for key, rows in grouped(returns, *names).items():
        yield dict(zip(names, key, strict=True)) | {
            "returns": len(rows),
            "returns_with_label": sum(row["labels"] > 0 for row in rows),
            "labels": sum(row["labels"] for row in rows),
            **{
                name: total(rows, name)
                for name in ("label_cost_amount", "handling_fee_amount", "net_shipping_amount")
            },
        }


def reasons(lines: Iterable[Row]) -> Iterator[Row]:
    names = ("source_relation", "currency", "date_month", "parent_reason", "reason")
    for key, rows in grouped(lines, *names).items():
        yield dict(zip(names, key, strict=True)) | {
            "units": len(rows),
            "returns": len({row["return_id"] for row in rows}),
            "value_amount": total(rows, "value_amount"),
            "refund_amount": total(rows, "refund_amount"),
        }


def products(lines: list[Row], sold: Iterable[Sold], choices: Choices) -> Iterator[Row]:
    names = ("source_relation", "currency", "date_month", "product_id")
    returned = grouped(lines, *names)
    bought = defaultdict(list)
    for one in sold:
        when = month(choices.day(one.ordered_at))
        bought[one.shop, one.currency, when, one.product].append(one)
    titles: dict[tuple[str, str], str] = {}
    for row in lines:
        key = (row["source_relation"], row["product_id"])
        titles[key] = max(titles.get(key, ""), row["title"] or "")
    for group in {**returned, **bought}:
        back, out = returned.get(group, []), bought.get(group, [])
        value, amount = total(back, "value_amount"), sum((one.amount for one in out), ZERO)
        units = sum(one.quantity for one in out)
        orders_sold = len({one.order for one in out})
        yield dict(zip(names, group, strict=True)) | {
            "title": titles.get((group[0], group[3])) or None,
            "units_returned": len(back),
            "orders_returned": orders(back),
            "value_returned": value,
            "refund_amount": total(back, "refund_amount"),
            "units_sold": units,
            "orders_sold": orders_sold,
            "value_sold": amount,
            "return_rate": rate(
                (len(back), units), (value, amount), (orders(back), orders_sold), choices
            ),
        }


def sales(sold: Iterable[Sold], choices: Choices) -> Iterator[Row]:
    names = ("source_relation", "currency", "date_day", "product_id")
    bought = defaultdict(list)
    for one in sold:
        bought[one.shop, one.currency, choices.day(one.ordered_at), one.product].append(one)
    for key, rows in bought.items():
        yield dict(zip(names, key, strict=True)) | {
            "units_sold": sum(one.quantity for one in rows),
            "orders_sold": len({one.order for one in rows}),
            "value_sold": sum((one.amount for one in rows), ZERO),
        }


def customers(returns: Iterable[Row], emails: dict[str, str], choices: Choices) -> Iterator[Row]:
    for (shop, key), rows in by_customer(returns).items():
        most = _most_within(sorted(row["created_at"] for row in rows), choices.window_days)
        for currency in {row["currency"] for row in rows}:
            mine = [row for row in rows if row["currency"] == currency]
            yield {
                "source_relation": shop,
                "customer_key": key,
                "currency": currency,
                "customer_email": emails.get(key) if choices.emails else None,
                "first_return_at": min(row["created_at"] for row in mine),
                "last_return_at": max(row["created_at"] for row in mine),
                "returns": len(mine),
                "orders_returned": orders(mine),
                "units": sum(row["units"] for row in mine),
                **{
                    name: total(mine, name)
                    for name in (
                        "returned_amount", "refund_amount", "retained_amount", "net_shipping_amount"
                    )
                },
                "most_returns_in_window": most,
                "is_repeat_returner": most >= choices.repeat,
            }  # fmt: skip


def by_customer(parents: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """The counted returns of each shopper."""
    found = defaultdict(list)
    for row in parents:
        if row["is_counted"] and row["customer_key"]:
            found[row["source_relation"], row["customer_key"]].append(row)
    return found


def _most_within(moments: list[datetime], days: int) -> int:
    window, first, most = timedelta(days=days), 0, 0
    for place, moment in enumerate(moments):
        while moments[first] < moment - window:
            first += 1
        most = max(most, place - first + 1)
    return most


def by_day(returns: Iterable[Row], sold: Iterable[Sold], choices: Choices) -> Iterator[Row]:
    back, out = defaultdict(list), defaultdict(list)
    for row in returns:
        back[row["source_relation"], row["currency"], row["date_day"]].append(row)
    for one in sold:
        out[one.shop, one.currency, choices.day(one.ordered_at)].append(one)
    for shop, currency in {key[:2] for key in (*back, *out)}:
        known = [key[2] for key in (*back, *out) if key[:2] == (shop, currency)]
        for day in _days(known):
            key = (shop, currency, day)
            yield _day(key, back.get(key, []), out.get(key, []), choices)


def _days(known: list[date | None]) -> Iterator[date | None]:
    dated = [day for day in known if day]
    if None in known:
        yield None
    if dated:
        first, last = min(dated), max(dated)
        yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def _day(
    key: tuple[str, str, date | None], every: list[Row], out: list[Sold], choices: Choices
) -> Row:
    rows = [row for row in every if row["is_counted"]]
    closed = sum(row["state"] == "closed" for row in rows)
    processed = [row["seconds_to_process"] for row in rows if row["seconds_to_process"] is not None]
    units, units_sold = sum(row["units"] for row in rows), sum(one.quantity for one in out)
    value_sold = sum((one.amount for one in out), ZERO)
    orders_sold = len({one.order for one in out})
    sums = {name: total(rows, name) for name in DAY_AMOUNTS}
    return {
        "source_relation": key[0],
        "currency": key[1],
        "date_day": key[2],
        "returns": len(rows),
        "open_returns": len(rows) - closed,
        "closed_returns": closed,
        "left_out_returns": len(every) - len(rows),
        "orders_returned": orders(rows),
        "units": units,
        "exchanged_units": sum(row["exchanged_units"] for row in rows),
        "labels": sum(row["labels"] for row in rows),
        **sums,
        "processed_returns": len(processed),
        "seconds_to_process": sum(processed),
        "orders_sold": orders_sold,
        "units_sold": units_sold,
        "value_sold": value_sold,
        "return_rate": rate(
            (units, units_sold),
            (sums["product_amount"] - sums["discount_amount"], value_sold),
            (orders(rows), orders_sold),
            choices,
        ),
    }
