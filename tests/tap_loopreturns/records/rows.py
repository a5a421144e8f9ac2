"""Rows as Loop sends them, made by chance from the schemas, and cleaners for them."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

from tap_loopreturns.records import schemas
from tap_loopreturns.records.cleaner import Cleaner
from tap_loopreturns.records.objects import Rules
from tap_loopreturns.streams import STREAMS

NAMES = sorted(stream.name for stream in STREAMS)


KEYS = {stream.name: stream.keys for stream in STREAMS}


VALIDATORS = {name: Draft202012Validator(schemas.load(name)) for name in NAMES}


EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


DATES: dict[str, object] = {stream.name: stream.replication_key for stream in STREAMS}


def cleaner(stream: str, *, strict: bool = False) -> Cleaner:
    date = DATES[stream]
    return Cleaner(
        stream,
        schemas.load(stream),
        KEYS[stream],
        Rules(strict=strict),
        date if isinstance(date, str) else None,
    )


CLEANERS = {name: cleaner(name) for name in NAMES}


def clean(stream: str, **row: Any) -> dict[str, Any]:
    """The record of a row, of which the key is seen to."""
    return CLEANERS[stream]({**dict.fromkeys(KEYS[stream], "1"), **copy.deepcopy(row)})


def found_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


class RandomRows:
    """Makes random rows of a schema; every leaf is another, so that a lost one is missed.

    `leaves` holds each in the form that it must come out in. With `plain`, Loop
    sends nothing in a shape that the schema has to straighten.
    """

    def __init__(self, seed: int, *, plain: bool = False) -> None:
        self.random = Random(seed)
        self.leaves: Counter[str] = Counter()
        self.plain = plain
        self._count = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def row(self, stream: str) -> dict[str, Any]:
        row: dict[str, Any] = self.make(schemas.load(stream))
        for key in KEYS[stream]:
            if row.get(key) is None:
                row[key] = self.leaf(schemas.load(stream)["properties"][key])
        return row

    def make(self, node: dict[str, Any]) -> Any:  # noqa: PLR0911  one a kind
        kinds, loop = node["type"], node.get("x-loop")
        if loop == "grade" and not self.plain and self.chance(0.5):
            return {"title": self.word(), "grade": self.word(), "category_name": self.word()}
        if "properties" in node:
            row = {
                name: None if self.chance(0.1) else self.make(inner)
                for name, inner in node["properties"].items()
                if inner.get("x-loop") != "additional"
                and not name.endswith("_detail")
                and self.chance(0.8)
            }
            if self.chance(0.3):
                row[self.random.choice(["new", "a/b", "c~d", "0", "ä"])] = self.anything()
            return [row] if loop == "one" and not self.plain and self.chance(0.5) else row
        if "object" in kinds:
            return {"any": self.anything(), "more": self.word()}
        if "array" in kinds:
            items = [self.make(node["items"]) for _ in range(self.random.randrange(4))]
            if self.plain:
                return items
            if loop == "flat" and self.chance(0.5):
                return [items[:1], items[1:]]
            if loop in {"many", "prices"} and len(items) == 1 and self.chance(0.5):
                return items[0]
            return items
        return self.leaf(node)

    def leaf(self, node: dict[str, Any]) -> Any:  # noqa: PLR0911  one a kind
        self._count += 1
        kinds, loop, number = node["type"], node.get("x-loop"), self._count
        if loop == "money":
            self.leaves[f"{number}.20"] += 1
            return f"{number}.20"
        if node.get("format") == "date-time":
            moment = EPOCH + timedelta(seconds=number)
            plain = moment.isoformat()[:19]
            self.leaves[plain + "Z"] += 1
            east = (moment + timedelta(hours=2)).isoformat()[:19] + "+02:00"
            php = {"date": plain.replace("T", " "), "timezone_type": 3, "timezone": "UTC"}
            spellings = [plain + "Z", plain + ".000Z", plain.replace("T", " "), east, php]
            return self.random.choice(spellings)
        if loop == "id" and not self.plain and self.chance(0.3):
            self.leaves[str(number)] += 1
            return f"gid://shopify/Order/{number}"
        if loop in {"id", "code"}:
            self.leaves[str(number)] += 1
            return self.random.choice([number, str(number)])
        if "integer" in kinds or "number" in kinds:
            self.leaves[str(number)] += 1
            return number
        if "boolean" in kinds:
            return self.chance(0.5)
        return self.word()

    def word(self) -> str:
        self._count += 1
        self.leaves[f'word "{self._count}"'] += 1
        return f'word "{self._count}"'

    def anything(self) -> Any:
        kind = self.random.randrange(4)
        if kind == 0:
            return [self.word() for _ in range(self.random.randrange(1, 3))]
        if kind == 1:
            return {"x": self.word(), "y": {"z": [self.word(), None, {}]}}
        return self.word()
