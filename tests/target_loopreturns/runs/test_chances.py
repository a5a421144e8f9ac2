"""Whatever becomes of requests and their answers, each action is carried out once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mock_loop import Loop, Shop, serve
from mock_loop.loop import Received
from mock_loop.responses import Response
from tests.acting import ALL_ALLOWED, Desk, messages
from tests.sampling import sampled
from tests.target_loopreturns.runs.late import older
from tests.target_loopreturns.runs.rows import FREE

FATES = ("well", "lost", "dropped", "late", "odd", "page")
LATE = {**ALL_ALLOWED, "late_seconds": 600, "queue_minutes": 10}


class Chance:
    """A way to Loop on which each change meets its fate, by a seed.

    well: carried out and answered. lost: carried out, 524. dropped: not carried out,
    524. late: 524, and carried out after some further requests, or after the run.
    odd: carried out, and answered `{}`. page: a proxy's 451.
    """

    def __init__(self, loop: Loop, seed: int) -> None:
        self.chance = Random(seed)
        self.calm = False
        self._handle = loop.handle
        self._held: list[tuple[int, Received]] = []
        loop.handle = self._meet  # type: ignore[method-assign]

    def come(self) -> None:
        """All that is late is carried out."""
        for _, received in self._held:
            self._handle(received)
        self._held.clear()

    def _meet(self, received: Received) -> Response:
        self._held = [(left - 1, one) for left, one in self._held]
        due = [one for left, one in self._held if left == 0]
        self._held = [one for one in self._held if one[0]]
        for one in due:
            self._handle(one)
        if received.method == "GET" or self.calm:
            return self._handle(received)
        fate = self.chance.choice(FATES)
        if fate == "late":
            self._held.append((self.chance.randint(1, 20), received))
        answer = self._handle(received) if fate in {"well", "lost", "odd"} else Response(524)
        if fate == "odd" and answer.status < 300:
            return Response(200, b"{}")
        told = {"well": answer, "odd": answer, "page": Response(451, b"<html>", "text/html")}
        return told.get(fate, Response(524, b"<html>", "text/html"))


def rows() -> dict[str, list[dict[str, Any]]]:
    """Each kind that Loop would do twice, and some that it does once."""
    place = {"type": "donate", "address": {"address1": "1 Dock", "city": "Reno"}}
    hook = {"action": "create", "topic": "label", "trigger": "label.created"}
    notes = [
        {"return_id": own, "action": "note", "content": "hello", "action_id": f"{own}{name}"}
        for own in ("1", "7")
        for name in "ab"
    ]
    return {
        "return_actions": [
            *notes,
            {"return_id": "1", "action": "flag"},
            {"return_id": "8", "action": "cancel"},
            {"return_id": "7", "action": "close"},
            {"return_id": "6", "action": "process"},
        ],
        "blocklist_items": [{"type": "order", "value": "#1"}, {"action": "delete", "id": 3}],
        "destinations": [
            {"action": "create", "name": "B", **place},
            {"action": "update", "id": 5, "address": {"city": "Elko"}},
            {"action": "update", "id": 5, "address": {"zip": "1"}},
        ],
        "webhooks": [
            {**hook, "url": "https://a.example/1"},
            {**hook, "url": "https://a.example/2"},
        ],
        "fraud_reports": [{"return_id": "7", "category": "item-is-worn"}],
    }


def unfold(shop: Shop, folder: Path, seed: int) -> list[str]:
    """Runs until all is done; what is wrong then, and in between."""
    address = {"address1": "2 Dock", "city": "Reno", "zip": "0"}
    shop.destinations[5] = {"id": 5, "name": "A", "type": "donate", "address": address}
    wrong = []
    with serve(shop, quirks=FREE) as loop:
        way, desk = Chance(loop, seed), Desk(loop, folder, LATE)
        given = messages(rows(), state=1)
        for run in range(8):
            way.calm = run > 3
            ran = desk.run(given)
            if len(ran.outcomes) != sum(map(len, rows().values())):
                wrong.append(f"run {run}: {len(ran.outcomes)} outcomes")
            if bool(ran.state) != (set(ran.results) <= {"done", "queued"}):
                wrong.append(f"run {run}: STATE passed with {dict(ran.results)}")
            if way.calm or way.chance.random() < 0.5:
                way.come()
                older(folder / "ledger.sqlite", 601)
    wrong += [f"done {count} times: {what}" for what, count in counted(shop).items() if count != 1]
    if ran.results != {"done": sum(map(len, rows().values()))}:
        wrong.append(f"at last: {dict(ran.results)}")
    return wrong + list(differing(shop))


def counted(shop: Shop) -> Counter[str]:
    """How often each thing was made, by what there is."""
    notes = Counter({f"note {own}": len(found) / 2 for own, found in shop.notes.items()})
    made = Counter(f"{row['name']}" for row in shop.destinations.values())
    made.update(row["url"] for row in shop.webhooks.values())
    made.update(row["value"] for row in shop.blocklists.values())
    return Counter({**notes, **made})


def differing(shop: Shop) -> list[str]:
    """Where the account is not as the rows want it."""
    states = {own: shop.book[own].state for own in ("1", "7", "8")}
    wrong = []
    states["6"] = f"{shop.book['6'].state}, {shop.acted['6', 'process']} times"
    if states != {"6": "closed, 1 times", "1": "review", "7": "closed", "8": "cancelled"}:
        wrong.append(f"states: {states}")
    if shop.destinations[5]["address"] != {"address1": "2 Dock", "city": "Elko", "zip": "1"}:
        wrong.append(f"address: {shop.destinations[5]['address']}")
    return wrong


@pytest.mark.parametrize("seed", sampled(range(14, 24), 2))
def test_each_action_is_carried_out_once_whatever_its_fate(
    shop: Shop, tmp_path: Path, seed: int
) -> None:
    """Answers lost, changes late, pages of proxies, eight runs: once each, and all of them."""
    assert unfold(shop, tmp_path, seed) == []
