"""Imports are worked off in Loop's own time, a job a line."""

from __future__ import annotations

import requests

from mock_loop import Loop
from tests.mock_loop.asking import change, get


def test_a_file_of_lines_becomes_jobs(own: Loop) -> None:
    """201, then done; a line that does not fit has failed, and says why."""
    answer = requests.post(
        f"{own.url}/api/2026-10/bulk-operations",
        files={"file": ("a.jsonl", b'{"external_id": "a"}\n{}\nno\n')},
        headers={"X-Authorization": own.key},
        timeout=5,
    )
    made = answer.json()["bulk_operation"]
    assert (answer.status_code, made["status"]) == (201, "processing")
    row = get(own, f"/bulk-operations/{made['id']}").json()
    assert (row["status"], row["success_count"], row["failed_count"]) == ("completed", 1, 2)
    jobs = get(own, f"/bulk-operations/{made['id']}/jobs").json()["bulk_operation_jobs"]
    assert [job["status"] for job in jobs] == ["completed", "failed", "failed"]


def test_a_form_without_a_file_is_refused(own: Loop) -> None:
    """422, as Laravel answers."""
    assert change(own, "POST", "/bulk-operations", {"lines": []}).status_code == 422
