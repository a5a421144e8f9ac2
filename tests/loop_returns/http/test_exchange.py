"""What an exchange with Loop is made of: nothing of it tells a secret, or depends on its length."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loop_returns.http.exchange import Account, Answer
from loop_returns.http.packing import Intake, PackedList

ROWS = [{"id": number, "name": "ab"} for number in range(100)]


def test_an_account_does_not_show_its_key() -> None:
    """Wherever it is printed."""
    assert "secret" not in repr(Account("https://loop.example", "2026-10", "secret"))


@pytest.mark.parametrize("size", [100, 10**9])
@pytest.mark.parametrize("document", [ROWS, {"asn": ROWS, "total": 100}, {"total": 1, "asn": ROWS}])
def test_the_documents_of_an_answer_have_all_its_rows(document: Any, size: int) -> None:
    """A long one in parts, another whole; what stands beside the rows is in one of them."""
    intake = Intake(long=size, part=size)
    for at in range(0, len(text := json.dumps(document).encode()), 64):
        intake.add(text[at : at + 64])
    answer = Answer(intake.body(), "/asn")
    assert isinstance(answer.body, PackedList) == (size == 100)
    documents = list(answer.documents("asn"))
    assert (len(documents) > 3) == (size == 100)
    found = [one if isinstance(one, list) else one["asn"] for one in documents]
    assert [row for rows in found for row in rows] == ROWS
    assert isinstance(document, list) or documents[0]["total"] == document["total"]
    assert answer.json() == document


def test_a_list_of_another_name_is_read_whole() -> None:
    """What is long in an answer may not be what is asked for."""
    document = {"links": ROWS, "asn": [{"id": 1}]}
    intake = Intake(long=100, part=100)
    intake.add(json.dumps(document).encode())
    assert list(Answer(intake.body(), "/asn").documents("asn")) == [document]
