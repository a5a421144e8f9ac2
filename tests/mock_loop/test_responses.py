"""What an endpoint answers, as bytes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_loop.responses import dump, ok


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_json_is_sent_without_blanks_and_read_back_as_it_was(data: Any) -> None:
    """In ASCII, whatever is in it."""
    body = dump(data)
    assert json.loads(body) == data
    assert body.isascii()
    assert b", " not in dump([1, {"a": 2, "b": 3}])


def test_a_healthy_answer_is_json_under_200() -> None:
    """And its connection does not break."""
    answer = ok({"orders": []})
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert (answer.body, answer.broken) == (b'{"orders":[]}', None)
