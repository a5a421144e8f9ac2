"""What a link to the next page names."""

from __future__ import annotations

import base64
import json

from loop_returns import links

LINK = "https://loop.example/api/v1/allowlists?paginate=true"


def test_a_next_page_is_named_as_its_link_names_it() -> None:
    """By its number, or by a cursor where the link has that instead."""
    assert links.place(f"{LINK}&page=2", 2) == {"page": 2}
    assert links.place(f"{LINK}&page=2&cursor=abc", 2) == {"page": 2}
    assert links.place(f"{LINK}&cursor=abc", 2) == {"cursor": "abc"}
    assert links.cursor(f"{LINK}&cursor=abc") == "abc"
    assert not links.cursor(LINK)


def test_a_cursor_that_is_a_time_does_not_tell_rows_apart() -> None:
    """Of an id and a time it does; what cannot be read is taken for one that does."""
    for content, alone in (
        ({"created_at": "2022-06-27 16:25:01", "_pointsToNextItems": True}, True),
        ({"id": 5, "_pointsToNextItems": True}, False),
        ({"created_at": "2022-06-27 16:25:01", "id": 5}, False),
    ):
        token = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
        assert links.is_a_time_alone(token) is alone
    assert not links.is_a_time_alone("é")
