"""What the report says of how its figures are made, by the definitions of the marts."""

from __future__ import annotations

from collections.abc import Mapping

_DATED = {
    "created": "the day the shopper submitted the return",
    "processed": "the day the return was processed",
    "ordered": "the day the order was made",
}
_KEPT = {
    "without_upsell": "Exchanges and store credit, without what shoppers paid on top.",
    "with_upsell": "Exchanges and store credit, what shoppers paid on top included.",
    "not_refunded": "What came back, less what was refunded.",
}
_RATE = {
    "units": "Units returned by units sold in the period.",
    "value": "Value returned by value sold in the period, less discounts, before tax.",
    "orders": "Orders with a return by orders made in the period.",
}
_RATE_OF_PRODUCT = "Rate: units returned by units sold in the period."


def made(definitions: Mapping[str, str]) -> dict[str, str]:
    """A line on how each figure is made, by the figure's id in the page."""
    states = definitions["loop_excluded_states"] or "none"
    stuck = definitions["loop_stuck_days"]
    window, least = definitions["loop_repeat_window_days"], definitions["loop_repeat_returns"]
    rate = _RATE_OF_PRODUCT if definitions["loop_orders"] != "none" else ""
    return {
        "all": f"A return counts on {_DATED[definitions['loop_date_basis']]} "
        f"({definitions['loop_timezone']}). Left out: {states}. Amounts are never converted.",
        "returns": "Each return once, whatever its number of units.",
        "returned": "What shoppers had paid for what came back: less discounts, with tax.",
        "refunded": "Paid back, or to be paid back where the return is still open.",
        "kept": _KEPT[definitions["loop_retained_revenue"]],
        "upsell": "Paid on top by shoppers who took something dearer in exchange.",
        "shipping": "Cost of labels, less the handling fees that shoppers paid.",
        "time": "Half of the returns were processed within this time of being submitted.",
        "rate": _RATE[definitions["loop_return_rate"]],
        "trend": "Amounts of the returns of each day, week or month, by what shoppers get.",
        "reasons": "One unit counts once, for the reason that the shopper chose. Value: price less "
        "discount, before tax.",
        "products": f"The 60 products with the most units. {rate}".strip(),
        "durations": "From the day a return is submitted to the moment Loop has processed it.",
        "exchanges": "Each exchanged item, compared with the units of its return. Price step: how "
        "much dearer it is than the unit that it stands for, where that is known.",
        "carriers": "Each label once, with the carrier's price as Loop gives it.",
        "under_way": "Units that a warehouse was told of and that have not arrived, as of when the "
        f"tables were built. Stuck: no news of the parcel for {stuck} days or more. Any period.",
        "customers": f"Shoppers with {least} or more returns within any {window} days; "
        "the 60 with the most. Each is shown by a code, not by name or address.",
        "actions": "What target-loopreturns was asked to do, and whether the return is now in the "
        "state that was meant.",
    }
