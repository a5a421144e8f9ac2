"""All marts, recomputed from the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tests.warehouses.analytics import expected, history, summed
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.expected import Row
from tests.warehouses.analytics.fetch import spelled
from tests.warehouses.analytics.mock import Shop
from tests.warehouses.analytics.summed import Sold

KEYS = {
    "loop__returns": ("source_relation", "return_id"),
    "loop__return_lines": ("source_relation", "return_id", "line_item_id"),
    "loop__exchanges": ("source_relation", "return_id", "exchange_id"),
    "loop__labels": ("source_relation", "return_id", "label_position"),
    "loop__shipping_costs": ("source_relation", "currency", "date_month"),
    "loop__return_reasons": (
        "source_relation", "currency", "date_month", "parent_reason", "reason",
    ),
    "loop__products": ("source_relation", "currency", "date_month", "product_id"),
    "loop__customers": ("source_relation", "customer_key", "currency"),
    "loop__returns_by_day": ("source_relation", "currency", "date_day"),
    "loop__sales_by_day": ("source_relation", "currency", "date_day", "product_id"),
    "loop__shipments_under_way": ("source_relation", "return_id", "line_item_id"),
    history.MART: ("source_relation", "return_id", "position"),
}  # fmt: skip


@dataclass(slots=True)
class Truth:
    """What is true of some shops, by these choices.

    `history` is what earlier loads have shown; without it, the load of now is the first.
    """

    choices: Choices
    history: history.Sightings = field(default_factory=history.Sightings)
    returns: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    exchanges: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    under_way: list[Row] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    emails: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, shop: Shop) -> None:
        """Take in a shop's account."""
        self.history.look(name, shop)
        choices = self.choices
        sold = sold_by_loop(name, shop) if choices.orders == "loop" else []
        self.sold += sold
        ordered = {one.order: one.ordered_at for one in sold}
        parents: dict[str, Row] = {}
        for found in shop.book:
            row = found.row()
            parent = parents[row["id"]] = expected.a_return(name, row, ordered, choices)
            self.lines += expected.lines(parent, row)
            self.exchanges += expected.exchanges(parent, row)
            self.labels += expected.labels(parent, row, choices)
            if parent["customer_key"]:
                self.emails[parent["customer_key"]] = row["customer"].strip().lower()
        self.returns += parents.values()
        notices = (
            notice
            for found in shop.book
            if found.state not in choices.excluded or found.state == "open"
            for notice in expected.notices_of(found.row(), shop)
        )
        self.under_way += expected.under_way(parents, notices, choices)

    def marts(self) -> Iterator[tuple[str, list[Row]]]:
        """Each mart's name and rows."""
        yield "loop__returns", self.returns
        yield "loop__return_lines", self.lines
        yield "loop__exchanges", self.exchanges
        yield "loop__labels", self.labels
        yield "loop__shipping_costs", list(summed.shipping_costs(self.returns))
        yield "loop__return_reasons", list(summed.reasons(self.lines))
        yield "loop__products", list(summed.products(self.lines, self.sold, self.choices))
        yield (
            "loop__customers",
            list(summed.customers(self.returns, self.emails, self.choices)),
        )
        yield (
            "loop__returns_by_day",
            list(summed.by_day(self.returns, self.sold, self.choices)),
        )
        yield "loop__sales_by_day", list(summed.sales(self.sold, self.choices))
        yield "loop__shipments_under_way", self.under_way
        yield history.MART, self.history.rows()


def sold_by_loop(name: str, shop: Shop) -> list[Sold]:
    """The lines of Loop's orders; of two copies of an order, those of the later id."""
    newest: dict[str, Row] = {}
    for row in shop.table("orders").values():
        order = expected.plain_id(row["external_id"]) or ""
        if order not in newest or str(row["id"]) > str(newest[order]["id"]):
            newest[order] = row
    return [
        Sold(
            shop=name,
            order=order,
            ordered_at=expected.moment(row["created_at"]) or datetime.min,  # noqa: DTZ901
            currency=row["total_price"]["currency_code"],
            product=str(line["product"]["id"]),
            quantity=line["quantity"],
            amount=Decimal(line["unit_price"]["amount"] * line["quantity"]) / 100,
        )
        for order, row in newest.items()
        for line in row["line_items"]
    ]


def differences(mart: str, meant: list[Row], found: Iterator[dict[str, str | None]]) -> list[str]:
    """What is not equal; both are compared as texts, in the order of the mart's key."""
    keys = KEYS[mart]
    wanted = {tuple(spelled(row[name]) for name in keys): row for row in meant}
    told = [] if len(wanted) == len(meant) else [f"{mart}: the key is not unique in what is meant"]
    for row in found:
        key = tuple(row[name] for name in keys)
        want = wanted.pop(key, None)
        if want is None:
            told.append(f"{mart} {key}: should not be there")
            continue
        unequal = {
            name: (spelled(want[name]), row[name])
            for name in row
            if spelled(want[name]) != row[name]
        }
        if unequal or len(want) != len(row):
            told.append(f"{mart} {key}: meant and found {unequal or set(want) ^ set(row)}")
    return told + [f"{mart} {key}: is missing" for key in wanted]
