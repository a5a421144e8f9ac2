"""What people received from Loop becomes records, with nothing of it lost."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from loop_returns.http import envelopes
from tap_loopreturns.records import schemas
from tests.evidence.found import Kept, needs_evidence, samples, webhooks
from tests.tap_loopreturns.records.rows import KEYS, cleaner
from tests.tap_loopreturns.records.test_fast_cleaner import filled

Record = dict[str, Any]

# Every payload of which something is kept aside: why, and what.
ASIDE: dict[str, tuple[str, str]] = {
    "asn_docs": (
        "the page goes on with fields of the destination, of which the names are not known",
        "/destination_address1 /destination_city",
    ),
    "bulk_operations_sandbox": (
        "the names of the counts are not known, so whole rows are kept",
        "/failed /pending /success",
    ),
    "hr_shipments_docs_slip": ("the page prints 'dT' within a date-time", "/created_at"),
    "label_requests_errors_any": (
        "an error may be anything, by the page; here a text",
        "/errors/*",
    ),
    "returns_api_evangelist": ("a text in older rows, an object now", "/return_method"),
    # No stream is made of webhooks; their payloads are cleaned as rows of what they are about.
    "giftcard_docs": (
        "about a gift card, of which no list is known",
        (
            "/topic /trigger /email /external_order_id /external_order_name /external_order_number "
            "/first_name /gift_card_bonus_credit /gift_card_subtotal /gift_card_tax /last_name "
            "/return_id /total_credit_issued"
        ),
    ),
    "happy_returns_docs": ("says what happened", "/topic /trigger"),
    "label_docs_new": ("names the return twice over", "/topic /trigger /return_id /shop_id"),
    "label_docs_old": ("names the return twice over", "/topic /trigger /return_id /shop_id"),
    "label_request_docs": (
        "names parts of an address otherwise than the list does",
        (
            "/topic /trigger /addresses/origin/state /addresses/origin/zip /addresses/origin/phone "
            "/addresses/destination/state /addresses/destination/zip /addresses/destination/phone"
        ),
    ),
    "restock_docs": ("about stock, of which no list is known", "/topic /trigger /restock_items"),
    "return_created_live_2020": ("has refunds, as details have", "/topic /trigger /refunds"),
    "return_updated_live_2020": ("has refunds, as details have", "/topic /trigger /refunds"),
    "return_docs": (
        "has more than any list that was seen",
        (
            "/topic /trigger /customer_detail /is_gift_return /provider_order_external_id "
            "/provider_order_sales_channel /refunds /shop_id"
        ),
    ),
    "return_processing_docs": (
        "about a failure",
        "/topic /trigger /message /return_id /return_state /source",
    ),
}


def values(document: Any) -> Iterator[str]:
    """All that a document says, in one spelling a value; what stands for nothing is left out."""
    if isinstance(document, dict):
        if document.keys() == {"date", "timezone_type", "timezone"}:
            document = {"date": document["date"]}
        yield from chain.from_iterable(map(values, document.values()))
    elif isinstance(document, list):
        yield from chain.from_iterable(map(values, document))
    elif document not in (None, "", "N/A"):
        yield _spelled(document)


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return str(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def row_of(kept: Kept, place: int) -> Record:
    """A row of a payload, with the key that its stream sees to."""
    row = copy.deepcopy(kept.rows[place])
    if kept.stream == "inventories":
        row["product_variant_id"] = row["product_variant"][0]["id"]
        row["location_id"] = row["location"][0]["id"]
    made = {"row_key": str(place)}
    for key in KEYS[kept.stream]:
        if row.get(key) is None:
            row[key] = made.get(key, kept.parent)
    return row


def records_of(kept: Kept) -> tuple[list[Record], dict[str, int]]:
    """The records of a payload, and the fields that were kept aside; both cleaners must agree."""
    clean = cleaner(kept.stream)
    records = []
    for place in range(len(kept.rows)):
        body = json.dumps(row_of(kept, place)).encode()
        records.append(clean(envelopes.parse(body, kept.name)))
        quick = cleaner(kept.stream).quickly(msgspec.Raw(body))
        assert filled(quick) == filled(records[-1])
    return records, {**clean.unknown, **clean.misshapen}


@needs_evidence
def test_nothing_of_any_payload_is_lost() -> None:
    """Each value that was sent is in the record, which is as its schema says; none is refused."""
    count, lost = Counter[str](), Counter[str]()
    for kept in chain(samples(), webhooks()):
        validator = Draft202012Validator(schemas.load(kept.stream))
        records, _ = records_of(kept)
        for sent, record in zip(kept.rows, records, strict=True):
            validator.validate(record)
            said = Counter(values(sent))
            lost += Counter(
                {f"{kept.name}: {value}": 1 for value in said - Counter(values(record))}
            )
            count += Counter(records=1, values=said.total())
    print(f"{len([*samples(), *webhooks()])} payloads, {count['records']} records, "
          f"{count['values']} values: {lost.total()} lost, 0 records refused")  # fmt: skip
    assert count["records"] > 40
    assert not lost


@needs_evidence
def test_what_is_kept_aside_is_explained() -> None:
    """No more and no less than the table above says."""
    found = {
        kept.name: set(aside)
        for kept in chain(samples(), webhooks())
        if (aside := records_of(kept)[1])
    }
    assert found == {name: set(fields.split()) for name, (_, fields) in ASIDE.items()}
