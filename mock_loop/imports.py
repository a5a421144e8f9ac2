"""Imports of many rows: a file in a form, worked off in Loop's own time, a job a line.

What a line must look like is not documented: here, an object with `external_id`.
"""

from __future__ import annotations

import json
import time
from email.parser import BytesParser
from email.policy import HTTP

from mock_loop import errors, scopes
from mock_loop.call import Call
from mock_loop.responses import Response, dump
from mock_loop.routes import Route
from mock_loop.shop import Shop


def _create(call: Call) -> Response:
    file = _file(call)
    if file is None:
        return errors.invalid("file", "The file field is required.")
    lines = file.splitlines()
    table = call.shop.table("bulk_operations")
    own = max(table, default=0) + 1
    call.did(f"bulk_operations: {len(lines)}", "import")
    counts = {"pending_count": len(lines), "success_count": 0, "failed_count": 0}
    table[own] = {"id": own, "status": "processing", **counts}
    shop = call.shop
    due = time.monotonic() + call.quirks.process_seconds
    shop.later.append((due, lambda: _work_off(shop, own, lines)))
    return Response(201, dump({"bulk_operation": table[own]}))


def _file(call: Call) -> bytes | None:
    head = b"Content-Type: " + call.headers.get("content-type", "").encode() + b"\r\n\r\n"
    form = BytesParser(policy=HTTP).parsebytes(head + call.body)
    for part in form.walk():
        if part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def _work_off(shop: Shop, own: int, lines: list[bytes]) -> None:
    jobs, failed = shop.table("bulk_operation_jobs"), 0
    for number, line in enumerate(lines, 1):
        wrong = _objection(line)
        failed += bool(wrong)
        key = max(jobs, default=0) + 1
        jobs[key] = {
            "id": key,
            "bulk_operation_id": own,
            "status": "failed" if wrong else "completed",
            "line": number,
            "errors": [{"field": "external_id", "message": wrong}] if wrong else [],
        }
    table = shop.table("bulk_operations")
    counts = {"pending_count": 0, "success_count": len(lines) - failed, "failed_count": failed}
    status = "failed" if failed == len(lines) else "completed"
    table[own] = {"id": own, "status": status, **counts}


def _objection(line: bytes) -> str:
    try:
        row = json.loads(line)
    except ValueError:
        return "The line is no JSON."
    named = isinstance(row, dict) and row.get("external_id")
    return "" if named else "The external_id field is required."


ROUTES = (Route("POST", "/bulk-operations", scopes.BULK_OPERATIONS_WRITE, _create),)
