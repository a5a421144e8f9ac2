"""Scripted change: what may happen to an account between two runs, or during one."""

from __future__ import annotations

from random import Random
from typing import Any

from mock_loop import clock
from mock_loop.holdings import Holdings
from mock_loop.seeds import lists, words
from mock_loop.seeds.returns import money
from mock_loop.tables import COMMERCE

# Closed, cancelled and expired are terminal for a merchant's actions, yet a
# review may end either way and a late parcel can close an expired return.
MOVES = {
    "open": ("closed", "closed", "closed", "cancelled", "expired", "review"),
    "review": ("open", "closed", "cancelled"),
    "expired": ("closed",),
}
SPREAD = 100
"""Changes happen within so many seconds before now."""


def happen(held: Holdings, count: int, seed: int) -> set[str]:
    rng = Random(seed)
    now = held.moment()
    together = now - rng.randrange(SPREAD)
    known = [found.id for found in held.book]
    movable = {found.id for found in held.book if found.state in MOVES}
    # Those that can move to another state come first.
    moving = rng.sample(sorted(movable), min(count // 3, len(movable)))
    others = [one for one in rng.sample(known, min(count, len(known))) if one not in set(moving)]
    chosen = iter([*moving, *others])
    touched = set()
    for _ in range(count):
        at = together if rng.random() < 0.4 else now - rng.randrange(SPREAD)
        draw = rng.random()
        return_id = None if draw < 0.3 else next(chosen, None)
        if return_id is None:
            made = held.add_return(
                state=rng.choice(("open", "open", "review")),
                created_at=clock.millis(at),
            )
            touched.add(made.id)
            continue
        found = held.book[return_id]
        at = max(at, found.updated)
        if draw < 0.6 and found.state in MOVES:
            held.move_return(return_id, rng.choice(MOVES[found.state]), at)
        elif draw < 0.8:
            held.edit_return(return_id, at, **_edit(held.returns[return_id], rng, at))
        else:
            held.edit_return(return_id, at, **_label_update(held.returns[return_id], rng, at))
        touched.add(return_id)
    return touched


def _edit(row: dict[str, Any], rng: Random, at: int) -> dict[str, Any]:
    """A merchant's edit; sometimes a line item leaves the return."""
    items = row["line_items"]
    if len(items) > 1 and rng.random() < 0.3:
        items = items[:-1]
    parent, reason = rng.choice(words.REASONS)
    items[0] = items[0] | {"return_reason": reason, "parent_return_reason": parent}
    return {
        "line_items": items,
        "refund": money(rng.randrange(20_000)),
        "edited_at": clock.offset(at),
    }


def _label_update(row: dict[str, Any], rng: Random, at: int) -> dict[str, Any]:
    status = rng.choice(words.LABEL_STATUSES)
    labels = [label | {"status": status, "updated_at": clock.offset(at)} for label in row["labels"]]
    if not labels:
        return {"package_reference": f"PKG-{rng.randrange(10**6)}"}
    return {"labels": labels, "label_status": status, "label_updated_at": clock.offset(at)}


def lists_change(held: Holdings, seed: int) -> dict[str, dict[str, list[Any]]]:
    rng = Random(seed)
    done: dict[str, dict[str, list[Any]]] = {}
    for name in ("allowlists", "blocklists", "destinations", "webhooks"):
        table = held.table(name)
        gone = rng.sample(sorted(table), min(2, len(table)))
        for key in gone:
            del table[key]
        new = lists.another(name, rng, 1 + max([*table, *gone], default=1000))
        table[new["id"]] = new
        done[name] = {"deleted": gone, "added": [new["id"]]}
    for name in COMMERCE:
        table = held.table(name)
        keys = sorted(table)
        gone = rng.sample(keys, min(2, len(keys)))
        added = []
        if name == "inventories":
            # Their variant and location are their key, so another row of the same is none.
            for key in keys[:3]:
                table[key] = table[key] | {"available_count": rng.randrange(500)}
        elif keys:
            added = [keys[-1] + 1]
            table[added[0]] = table[keys[-1]] | {"id": added[0]}
        for key in gone:
            held.delete(name, key)
        done[name] = {"deleted": gone, "added": added}
    requests = held.table("label_requests")
    for key in sorted(requests)[-5:]:
        requests[key] = requests[key] | {"status": rng.choice(("cancelled", "fulfilled"))}
    for found in list(held.book)[-2:]:
        held.add_label_request(found)
    token = next(iter(sorted(held.carts)), None)
    if token:
        held.carts[token] = [*held.carts[token], rng.choice(held.stock).id]
    return done
