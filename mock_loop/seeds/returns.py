"""One return as the list endpoint sends it, with the mixture of types and formats seen live."""

from functools import lru_cache
from random import Random
from typing import Any

from mock_loop import clock
from mock_loop.seeds import drift, words
from mock_loop.seeds.catalogue import Variant
from mock_loop.seeds.people import Person, person
from mock_loop.tables import Row

FIRST_RETURN_ID = 100_000_000_000_000_000
ID_STEP = 37
SHARES = (0.80, 0.08, 0.05, 0.05, 0.02)
"""How many of the returns are in which of `STATES`."""
OUTCOMES = ("refund", "refund", "refund", "exchange", "credit", "exchange+refund", "upsell", None)


@lru_cache(maxsize=100_000)
def money(cents: int) -> str:
    """``"63.30"``: Loop sends decimal strings in major units."""
    return f"{cents / 100:.2f}"


def uuid(rng: Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class ReturnMaker:
    """Makes whole returns; chance decides what their facts do not."""

    def __init__(self, rng: Random, stock: list[Variant], shoppers: int) -> None:
        self.rng = rng
        self.stock = stock
        self.cents = {variant.external_id: variant.cents for variant in stock}
        self.shoppers = shoppers

    def make(self, return_id: str, created: int, updated: int, state: str) -> Row:
        """A return with these facts, as ``/warehouse/return/list`` sends it."""
        row = self._usual(return_id, created, updated, state)
        number = int(return_id) if return_id.isdecimal() else 0
        return row | drift.changes(row, (number - FIRST_RETURN_ID) // ID_STEP)

    def _usual(self, return_id: str, created: int, updated: int, state: str) -> Row:
        random = self.rng.random
        number = int(return_id) if return_id.isdecimal() else self.rng.getrandbits(40)
        spell = clock.spelling_of(return_id)
        # Some orders are returned in two parts: two neighbours share the order.
        order = number % 10**9 - (ID_STEP if random() < 0.05 and number > ID_STEP else 0)
        who = person(order * 7919 % 1_000_003 % self.shoppers)
        outcome = OUTCOMES[int(random() * 8)]
        items = [self.line_item(number, place, created, who) for place in range(self._count())]
        exchanges = (
            [self.exchange(number, order, items[0])]
            if outcome in ("exchange", "exchange+refund", "upsell")
            else []
        )
        if exchanges:
            items[0]["exchange_variant"] = exchanges[0]["variant_id"]
        product_cents = sum(self.cents[item["variant_id"]] for item in items)
        refund_cents = product_cents * 13 // 12
        exchange_total = exchanges[0]["total"] if exchanges else "0.00"
        return {
            "id": return_id,
            "state": state,
            "type": ("return", "return", "warranty", None)[int(random() * 4)],
            "created_at": spell(created),
            "updated_at": spell(updated),
            "edited_at": spell(updated) if random() < 0.1 else None,
            "total": money(refund_cents),
            "outcome": outcome,
            "order_id": str(600_000_000_000_000_000 + order),
            "order_name": f"#{7_000_000 + order}",
            "provider_order_id": str(3_240_000_000_000 + order),
            "order_number": str(7_000_000 + order),
            "provider_order_number": str(7_000_000 + order) if random() < 0.9 else None,
            "customer": who.email,
            "origin_country": who.country,
            "origin_country_code": who.country_code,
            "multi_currency": who.country_code != "US",
            "currency": "USD",
            "return_product_total": money(product_cents),
            "return_discount_total": "0.00",
            "return_tax_total": money(product_cents // 12),
            "return_total": money(product_cents + product_cents // 12),
            "return_credit_total": money(product_cents) if outcome == "credit" else "0.00",
            "exchange_product_total": exchange_total,
            "exchange_discount_total": "0.00",
            "exchange_tax_total": "0.00",
            "exchange_total": exchange_total,
            "exchange_credit_total": "0.00",
            "gift_card": money(product_cents) if outcome == "credit" else "0.00",
            "gift_card_order_name": f"GC-{order}" if outcome == "credit" else None,
            "gift_card_order_id": str(23_141_000_000_000 + order) if outcome == "credit" else None,
            "handling_fee": "0.00" if random() < 0.8 else "4.95",
            "refund": money(refund_cents) if outcome and "refund" in outcome else "0.00",
            "upsell": "12.50" if outcome == "upsell" else "0.00",
            "line_items": items,
            "exchanges": exchanges,
            **self.shipping(number, created, updated, items),
            "status_page_url": f"https://loop-demo.loopreturns.com/#/return/{uuid(self.rng)}",
            "destination_id": 7295 + number % 3 if random() < 0.9 else str(7295 + number % 3),
            "return_method": self.return_method(who, number, updated) if random() < 0.5 else None,
            "package_reference": f"PKG-{order}" if random() < 0.2 else None,
            "refund_before_inspection": random() < 0.15,
            "was_processed": state == "closed" and random() < 0.97,
            "outcomes_processed_at": self.processed_at(updated) if state == "closed" else None,
            "shopify_refund_object": self.refund_objects(number, updated)
            if state == "closed" and outcome and "refund" in outcome
            else [],
        }

    def _count(self) -> int:
        draw = self.rng.random()
        return 1 if draw < 0.5 else 2 if draw < 0.8 else 3 if draw < 0.95 else 4

    def line_item(self, number: int, place: int, created: int, who: Person) -> Row:
        """One returned unit; there is no quantity, each unit has a row."""
        random = self.rng.random
        variant = self.stock[int(random() * len(self.stock))]
        cents = variant.cents
        parent, reason = words.REASONS[int(random() * len(words.REASONS))]
        draw = random()
        if draw < 0.2:
            comment = f"{words.COMMENTS[int(draw * 25)]}, {who.name}"
        else:
            comment = "N/A" if draw < 0.8 else ""
        # "2022-11-02 00:13:08" was seen live where the documentation prints ISO.
        returned_at = clock.naive(created + 1) if random() < 0.6 else clock.millis(created + 1)
        return {
            "line_item_id": str(200_000_000_000_000_000 + number % 10**12 * 10 + place),
            "provider_line_item_id": str(13_984_000_000_000 + number % 10**9 * 10 + place),
            "product_id": variant.product_external_id,
            "variant_id": variant.external_id,
            "sku": variant.sku if random() < 0.95 else "",
            "title": variant.title,
            # A negative price was seen in one live sample.
            "price": money(-cents if random() < 0.01 else cents),
            "discount": "0.00",
            "tax": money(cents // 12),
            "refund": money(cents + cents // 12),
            "refund_item": money(cents) if random() < 0.8 else None,
            "refund_tax": money(cents // 12),
            "returned_at": returned_at,
            "exchange_variant": "",
            "return_reason": reason,
            "parent_return_reason": parent or None,
            "return_comment": comment,
            "barcode": variant.barcode if random() < 0.8 else "N/A" if random() < 0.5 else "",
            "outcome": "default" if random() < 0.9 else "keep",
            "provider_restock_location_id": "61001" if random() < 0.3 else None,
            "consolidation_tracking": None,
            "consolidation_destination_id": None,
            "condition": self.condition(created) if random() < 0.2 else None,
            "disposition": {
                "disposition_outcome": "restock",
                "return_processor": "dock-2",
                "note": None,
                "inspected_at": clock.offset(created + 5 * clock.DAY),
            }
            if random() < 0.1
            else None,
        }

    def condition(self, created: int) -> Row:
        """The inspection; the category may become an object on 2026-10, so both occur."""
        grade = ("grade_a", "grade_b", "grade_c", "incorrect_item")[int(self.rng.random() * 4)]
        return {
            "description": 'Light wear, "pilling"',
            "condition_category": grade
            if self.rng.random() < 0.9
            else {"subject": "item", "title": "Worn", "grade": grade},
            "return_processor": "dock-2",
            "note": "",
            "inspected_at": clock.millis(created + 5 * clock.DAY),
            "images": ["https://cdn.shop.example/inspection/1.jpg"],
        }

    def exchange(self, number: int, order: int, item: Row) -> Row:
        draw = self.rng.random()
        return {
            "exchange_id": str(400_000_000_000_000_000 + number % 10**12),
            # An integer live, although its neighbours are strings.
            "exchange_order_id": 4_804_000_000_000 + order if draw < 0.9 else None,
            "exchange_order_name": f"EXC-{order}-1" if draw < 0.9 else None,
            "product_id": item["product_id"],
            "variant_id": item["variant_id"],
            "sku": item["sku"] if draw < 0.8 else "",
            "type": "exchange" if draw < 0.8 else "upsell",
            "title": item["title"],
            "price": item["price"].lstrip("-"),
            "discount": "0.00",
            "tax": "0.00",
            "total": item["price"].lstrip("-"),
            "out_of_stock": draw < 0.05,
            "out_of_stock_resolution": "refund" if draw < 0.05 else None,
            "consolidation_tracking": None,
        }

    def shipping(self, number: int, created: int, updated: int, items: list[Row]) -> Row:
        """The labels, and the first one's facts repeated on the return, or "N/A" for each."""
        draw = self.rng.random()
        if draw < 0.12:
            return {
                "labels": [],
                "carrier": "N/A",
                "tracking_number": "N/A",
                "label_status": "N/A",
                "label_url": None,
                "label_rate": None,
                "label_updated_at": "N/A",
            }
        carrier = words.CARRIERS[number % 5]
        moment = clock.offset(min(updated, created + int(draw * 6 * clock.DAY)))
        cents = 495 + number % 1500
        labels = [
            {
                "status": words.LABEL_STATUSES[(number // 5 + place) % 11],
                "updated_at": moment,
                "url": f"https://labels.loop.example/{number}-{place}.pdf",
                "rate": cents,
                "carrier": carrier,
                "tracking_number": f"94001{number % 10**15:015}{place:02}",
                # Integers here, strings in line_items[].line_item_id.
                "line_items": [int(item["line_item_id"]) for item in items],
            }
            for place in range(1 if draw < 0.9 else 2)
        ]
        return {
            "labels": labels,
            "carrier": carrier,
            "tracking_number": labels[0]["tracking_number"],
            "label_status": labels[0]["status"],
            "label_url": labels[0]["url"],
            "label_rate": cents if draw < 0.7 else money(cents),
            "label_updated_at": moment,
        }

    def return_method(self, who: Person, number: int, updated: int) -> Row:
        address = None
        if number % 3:
            address = {
                "name": who.name,
                "company": None,
                "address1": who.address1,
                "address2": who.address2,
                "city": who.town,
                "state": who.region,
                "zip": who.postal_code,
                "country": who.country,
                "country_code": who.country_code,
                "phone": who.phone,
                "coordinates": who.coordinates,
            }
        return {
            "provider": ("easypost", "happy_returns", "ups_access_point")[number // 3 % 3],
            "method_type": ("mail", "drop_off")[number % 2],
            "address": address,
            "state": "scheduled" if number % 5 else "completed",
            "rma_id": f"HR{number % 10**8:08}" if number % 2 else None,
            "qr_code_url": f"https://api.loopreturns.com/qr/i/{uuid(self.rng)}"
            if number % 2
            else None,
            "scheduled_at": clock.offset(updated) if number % 7 == 0 else None,
            "scannable_id": None,
        }

    def processed_at(self, updated: int) -> Row:
        """Each value null, a plain string, or a serialised PHP DateTime (seen in the list)."""
        draw = self.rng.random()
        when: Any = clock.naive(updated) if draw < 0.5 else clock.offset(updated)
        if draw < 0.3:
            when = {
                "date": clock.naive(updated) + ".000000",
                "timezone_type": 3,
                "timezone": "UTC",
            }
        return {
            "return_processed": when,
            "refund_processed": when if draw < 0.9 else None,
            "gift_card_processed": None,
            "exchange_processed": None,
            "shop_cash_processed": None,
        }

    def refund_objects(self, number: int, updated: int) -> list[Row]:
        return [
            {
                "id": 880_000_000_000 + number % 10**9,
                "return_id": number,
                "provider_refund_id": 970_000_000_000 + number % 10**9,
                "provider_created_at": clock.offset(updated),
                "created_at": clock.naive(updated),
                "updated_at": clock.naive(updated),
            },
        ]
