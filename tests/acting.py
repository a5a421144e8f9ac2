"""What the tests of the target share: an account, rows to act on it, what must come of them."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from loop_returns.errors import LoopReturnsError
from mock_loop import Loop, Shop
from target_loopreturns.target import TargetLoopReturns

Row = dict[str, Any]

AFTER = {
    ("open", "process"): "closed",
    ("open", "cancel"): "cancelled",
    ("open", "flag"): "review",
    ("open", "close"): "closed",
    ("review", "close"): "closed",
}
"""Every transition that Loop makes; it refuses all others."""
ALL_ALLOWED = {"apply": True, "allow": ["process", "remove_line_items", "delete"]}
NO_RETURN = "555"


@dataclass
class Ran:
    """A run of the target in this process."""

    exit_code: int
    error: str
    state: list[Any]
    outcomes: list[Row]
    """The records of its file."""

    @property
    def results(self) -> Counter[str]:
        return Counter(row["outcome"] for row in self.outcomes)

    def of(self, **wanted: str) -> Row:
        """The one outcome with these values."""
        found = [row for row in self.outcomes if wanted.items() <= row.items()]
        assert len(found) == 1, found
        return found[0]


@dataclass
class Desk:
    """Where a target works: its account, and the folder of its ledger and outcomes."""

    loop: Loop
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "api_key": self.loop.key,
            "api_url": self.loop.url,
            "requests_per_minute": 600_000,
            "ledger": str(self.folder / "ledger.sqlite"),
            "outcomes": str(self.folder / "outcomes.jsonl"),
            **self.settings,
            **more,
        }

    def run(self, lines: Iterable[str], **more: Any) -> Ran:
        """Run the target on Singer messages; an expected failure is its exit code."""
        config = self.config(**more)
        file = Path(config["outcomes"])
        file.unlink(missing_ok=True)
        said, code, error = io.StringIO(), 0, ""
        with redirect_stdout(said):
            try:
                TargetLoopReturns(config=config).listen(lines)
            except LoopReturnsError as problem:
                code, error = problem.exit_code, str(problem)
        return Ran(code, error, [json.loads(s) for s in said.getvalue().splitlines()], told(file))

    def changes(self) -> list[str]:
        """The requests that may have changed something, with their statuses."""
        return [
            f"{seen.method} {seen.path.split('/', 3)[3]} {seen.status}"
            for seen in self.loop.requests
            if seen.method != "GET"
        ]


def told(file: Path) -> list[Row]:
    """The records in a file of outcomes, of either format."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    records = [line.get("record", line) for line in lines if line.get("type") != "SCHEMA"]
    assert all(isinstance(record, dict) for record in records)
    return records


def messages(rows: Mapping[str, Sequence[Row]], state: Any = None) -> list[str]:
    """Singer messages: streams with their rows, and a STATE."""
    lines: list[Row] = []
    for stream, records in rows.items():
        lines.append({"type": "SCHEMA", "stream": stream, "schema": {}, "key_properties": []})
        lines += [{"type": "RECORD", "stream": stream, "record": record} for record in records]
    if state is not None:
        lines.append({"type": "STATE", "value": state})
    return [json.dumps(line) for line in lines]


def returns(*rows: Row, state: Any = None) -> list[str]:
    """Messages of the stream `return_actions`."""
    return messages({"return_actions": rows}, state)


def mixed(shop: Shop, count: int, seed: int = 1) -> dict[str, list[Row]]:
    """Rows of every kind, `count` in all, most on returns and some on the same ones."""
    rng = Random(seed)
    others = _others(shop, rng, count // 5)
    rows: list[Row] = []
    weights = {"open": 12, "review": 8, "closed": 1, "expired": 2, "cancelled": 2}
    book = list(shop.book)
    chosen = rng.choices(book, [weights[found.state] for found in book], k=count)
    left = count - sum(map(len, others.values()))
    for found in dict.fromkeys(one.id for one in chosen):
        rows += _on_return(shop.returns[found], rng)
    rows = rows[: left - 2]
    rows += [{"return_id": NO_RETURN, "action": name} for name in ("cancel", "process")]
    names = ("line_item_ids", "content")
    rows = [dict.fromkeys(names) | row for row in rows]
    return {"return_actions": rows, **others}


def _on_return(row: Row, rng: Random) -> list[Row]:
    own = {"return_id": int(row["id"])}
    items = [item["line_item_id"] for item in row["line_items"]]
    remove = {**own, "action": "remove_line_items"}
    kinds: list[list[Row]] = [
        [{**own, "action": "process"}],
        [{**own, "action": "cancel"}],
        [{**own, "action": "flag"}, {**own, "action": "cancel"}],
        [{**own, "action": "note", "content": f"seen {rng.random()}"}, {**own, "action": "close"}],
        [{**remove, "line_item_ids": [one]} for one in items[:2]],
        [{**remove, "line_item_ids": ",".join(items)}],
    ]
    return rng.choice(kinds)


def _others(shop: Shop, rng: Random, count: int) -> dict[str, list[Row]]:
    share = max(1, count // 10)
    address = {"address1": "1 Dock St", "city": "Reno", "country": "US", "country_code": "US"}
    reported = rng.sample([found.id for found in shop.book], 2 * share)
    return {
        "blocklist_items": [
            *({"type": "email", "value": f"fraud{n}@shop.example"} for n in range(2 * share)),
            *({"action": "delete", "id": own} for own in list(shop.blocklists)[:share]),
        ],
        "allowlist_items": [{"type": "order", "value": f"#{n}"} for n in range(share)],
        "destinations": [
            {"action": "create", "name": f"Hall {n}", "type": "donate", "address": address}
            for n in range(share)
        ],
        "fraud_reports": [
            {"return_id": own, "category": "other", "comment": "seen twice"} for own in reported
        ],
        "webhooks": [
            {"action": "create", "topic": "return", "trigger": "return.closed",
             "url": f"https://hooks.shop.example/{n}", "status": "active"}
            for n in range(share)
        ],
        "carts": [
            {"action": "update", "token": token, "cart": [int(shop.stock[0].external_id)]}
            for token in list(shop.carts)[:share]
        ],
    }  # fmt: skip


@dataclass
class Expected:
    """What must come of rows on returns, by Loop's rules: told without the target's code."""

    states: dict[str, str]
    results: list[str]
    """For each row, in order."""

    @classmethod
    def of(cls, shop: Shop, rows: Sequence[Row]) -> Expected:
        before = {str(row["return_id"]): shop.returns.get(str(row["return_id"])) for row in rows}
        states = {own: row["state"] for own, row in before.items() if row}
        removed: dict[str, set[str]] = {}
        results = []
        for row in rows:
            own, action = str(row["return_id"]), row["action"]
            found = before[own]
            done = found is not None and action == "note"
            if found and (states[own], action) in AFTER:
                states[own], done = AFTER[states[own], action], True
            if found and action == "remove_line_items":
                removable = found["outcome"] in ("refund", "credit")
                if removable and (states[own] == "open" or own in removed):
                    ids = row["line_item_ids"]
                    ids = ids.split(",") if isinstance(ids, str) else ids
                    removed.setdefault(own, set()).update(ids)
                    whole = len(removed[own]) == len(found["line_items"])
                    states[own], done = "cancelled" if whole else "closed", True
            results.append("done" if done else "refused")
        return cls(states, results)
