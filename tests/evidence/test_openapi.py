"""What the tap asks, and what the mock account answers, held against copies of Loop's OpenAPI."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from mock_loop import Quirks, Shop, serve
from tap_loopreturns.streams import STREAMS
from tests.evidence.found import documents, needs_evidence
from tests.running import run_tap, settings

DOCUMENTS = documents()

# Requests that a copy does not have, or has otherwise: why they are as they are.
_OLDER = "that copy is of an edition without pages; today's pagination page has them"
_BARE = "the live answer is a bare list"
_TEXT_IDS = "MindCloud saw numbers in live answers; the copy says text, as in the list"
REQUESTS: dict[str, str] = {
    "returns /warehouse/return/list has no paginate": _OLDER,
    "returns /warehouse/return/list has no pageSize": _OLDER,
    "no copy has /bulk-operations/{id}/jobs": "a Loop engineer's helpers ask for it, April 2025",
}

# Answers of the mock account that are not as a copy says, by document, path and place.
ANSWERS: dict[str, str] = {
    "returns /warehouse/return/list / type": _OLDER,
    "returns /warehouse/return/{return_id}/notes / type": _BARE,
    "returns /warehouse/return/details /id type": _TEXT_IDS,
    "returns /warehouse/return/details /order_id type": _TEXT_IDS,
    "returns /warehouse/return/details /outcome type": "a return in review has no outcome yet",
    "returns /warehouse/reporting/asn /*/closed_at type": "a return that is open is not closed",
    "loop-reads /warehouse/return/list /returns/*/return_method type": "a text in older rows",
    "loop-reads /cart/{token} / required": "a cart that is gone, under 200",
    "webhooks /webhooks /webhooks/*/topic enum": "return.processing is newer than that copy",
    "webhooks /webhooks /webhooks/*/trigger enum": "return.processing is newer than that copy",
    "labels /label-requests /data/*/id type": "three editions: number, text, UUID",
    "labels /label-requests /data/*/addresses/destination/postal_code type": "an older edition",
}


@dataclass(frozen=True)
class Exchange:
    """A request that the tap made, and the mock account's answer to it."""

    path: str
    query: dict[str, str]
    status: int
    answer: Any


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    """All that two runs of all streams ask, and what is answered to it."""
    shop = Shop.seeded(returns=120, seed=4, start="2026-06-01", end="2026-11-20")
    with serve(shop, quirks=Quirks(requests_per_minute=None)) as loop:
        config = settings(loop, start_date="2026-05-01", cart_tokens=[*shop.carts, "gone"])
        first = run_tap(config, select=["all"])
        shop.change(20, seed=1)
        run_tap(config, select=["all"], state=first.state)
        made = [one for one in loop.requests if one.status in {200, 422}]
        return [
            Exchange(
                "/" + one.path.split("/", 3)[3],
                one.query,
                one.status,
                _again(loop.url + one.path, one.query, loop.key),
            )
            for one in made
        ]


def _again(url: str, query: dict[str, str], key: str) -> Any:
    return requests.get(url, query, headers={"X-Authorization": key}, timeout=10).json()


def operations(path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The copies that know a path: their name, the path in their spelling, and its GET."""
    for name, document in DOCUMENTS.items():
        for template, methods in document["paths"].items():
            if "get" in methods and re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", template), path):
                yield name, template, methods["get"]


def objections(document: str, operation: dict[str, Any], query: dict[str, str]) -> Iterator[str]:
    """What a copy has against a query."""
    known = {one["name"]: one["schema"] for one in operation.get("parameters", [])}
    components = {"components": DOCUMENTS[document].get("components", {})}
    for name, text in query.items():
        if name not in known:
            yield f"has no {name}"
        elif not Draft202012Validator(known[name] | components).is_valid(_read(text)):
            yield f"refuses that {name}"
    most = operation.get("x-max-days")
    if most and {"from", "to"} <= query.keys():
        first, last = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
        if (last - first).days > most:
            yield "refuses so many days"


def _read(text: str) -> Any:
    """A parameter as the type that it is the text of."""
    return {"true": True, "false": False}.get(text, int(text) if text.isdecimal() else text)


@needs_evidence
def test_each_request_is_documented(exchanges: list[Exchange]) -> None:
    """Path, parameters and their values; what differs from a copy is explained above."""
    found = Counter[str]()
    for one in exchanges:
        known = list(operations(one.path))
        if not known:
            found[f"no copy has {re.sub(r'[0-9]{1,}', '{id}', one.path)}"] += 1
        for document, template, operation in known:
            for objection in objections(document, operation, one.query):
                found[f"{document} {template} {objection}"] += 1
    print(f"{len(exchanges)} requests of {len(STREAMS)} streams; "
          f"{len(found)} differences, explained: {dict(found)}")  # fmt: skip
    assert found.keys() == REQUESTS.keys()


@needs_evidence
def test_each_answer_of_the_mock_account_is_as_documented(exchanges: list[Exchange]) -> None:
    """Each place of an answer that a copy says otherwise is explained above."""
    found = Counter[str]()
    for one in exchanges:
        for document, template, operation in operations(one.path):
            response = operation["responses"].get(str(one.status))
            if response is None or "content" not in response:
                continue
            schema = response["content"]["application/json"]["schema"]
            for place in places(one.answer, schema, DOCUMENTS[document].get("components", {})):
                found[f"{document} {template} {place}"] += 1
    print(f"{len(found)} places explained: {dict(found)}")
    assert found.keys() == ANSWERS.keys()


def places(answer: Any, schema: dict[str, Any], components: Any) -> Iterator[str]:
    """Where an answer is not as a schema says."""
    for one in schema.get("oneOf", [schema]):
        if one.get("type") in {None, "array" if isinstance(answer, list) else "object"}:
            schema = one
    for error in Draft202012Validator(schema | {"components": components}).iter_errors(answer):
        place = "/".join("*" if isinstance(part, int) else part for part in error.absolute_path)
        yield f"/{place} {error.validator}"
