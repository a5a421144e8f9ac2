"""`/_mock/…`: the account changed and questioned by other processes on this machine.

==== ========================== ===================================================
POST ``/_mock/change``         ``{"count": 200, "seed": 7}``: `Shop.change`
POST ``/_mock/change-lists``   ``{"seed": 1}``: `Shop.change_lists`
POST ``/_mock/now``            ``{"now": "2026-11-20"}`` or ``{"advance": 3600}``
POST ``/_mock/quirks``         fields of `Quirks`; those not named keep their values
POST ``/_mock/faults``         arguments of `Faults`, or ``{"script": ["500", null]}``
POST ``/_mock/reset-requests`` ``{"budget": true}`` begins the key's minute anew, too
GET  ``/_mock/requests``       how many, by path and status
GET  ``/_mock/now``            the shop's clock
GET  ``/_mock/returns``        every return; ``?fields=id,state`` for less of each
GET  ``/_mock/truth/{stream}`` the rows that a stream of the tap should hold
==== ========================== ===================================================
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mock_loop import errors
from mock_loop.faults import Faults
from mock_loop.loop import Loop
from mock_loop.responses import Response, ok


def answer(loop: Loop, method: str, target: str, body: bytes) -> Response:
    """Answer a request of whoever runs the test; there is no key and no limit."""
    split = urlsplit(target)
    query = dict(parse_qsl(split.query))
    task = split.path.removeprefix("/_mock/")
    try:
        given = json.loads(body or b"{}")
        if method == "POST":
            return ok(_do(loop, task, given))
        return ok(_tell(loop, task, query))
    except (KeyError, TypeError, ValueError) as problem:
        return errors.invalid(task, str(problem))


def _do(loop: Loop, task: str, given: dict[str, Any]) -> Any:
    shop = loop.shop
    if task == "change":
        return {"touched": sorted(shop.change(given.get("count", 200), given.get("seed", 0)))}
    if task == "change-lists":
        return shop.change_lists(given.get("seed", 0))
    if task == "reset-requests":
        loop.clear_requests()
        if given.get("budget"):
            loop.reset_budget()
        return {}
    if task == "quirks":
        # What is not named keeps its value; lists in JSON are tuples here.
        named: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in given.items()
        }
        loop.quirks = dataclasses.replace(loop.quirks, **named)
        return dataclasses.asdict(loop.quirks)
    if task == "faults":
        steps = given.pop("script", None)
        loop.faults = Faults.script(steps, **given) if steps else Faults(**given)
        return {}
    if task == "now":
        if "advance" in given:
            shop.advance(given["advance"])
        else:
            shop.set_now(given["now"])
        return {"now": shop.now()}
    raise KeyError(f"no such task: {task}")


def _tell(loop: Loop, task: str, query: dict[str, str]) -> Any:
    if task == "requests":
        with loop.lock:
            seen = Counter((request.path, request.status) for request in loop.requests)
        by_path: dict[str, dict[str, int]] = {}
        for (path, status), count in sorted(seen.items()):
            by_path.setdefault(path, {})[str(status)] = count
        return {"total": sum(seen.values()), "by_path": by_path}
    if task == "now":
        return {"now": loop.shop.now()}
    stream = "returns" if task == "returns" else task.removeprefix("truth/")
    rows = loop.shop.truth(stream)
    if "fields" in query:
        names = query["fields"].split(",")
        rows = [{name: row.get(name) for name in names} for row in rows]
    return rows
