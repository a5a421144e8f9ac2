"""A call as an endpoint sees it."""

from __future__ import annotations

import pytest

from mock_loop import Quirks, Shop
from mock_loop.call import Call


@pytest.fixture
def call() -> Call:
    return Call(
        shop=Shop(),
        quirks=Quirks(),
        base="http://127.0.0.1:1",
        version="v1",
        release="2026-07",
        path="/orders",
        params={},
        query={"limit": "5", "cursor": "", "name": "a b&c"},
        lists={},
        headers={},
        body=b"",
        tokens={},
    )


def test_an_empty_parameter_counts_as_absent(call: Call) -> None:
    """As in Laravel; and one that was not sent is none, too."""
    assert (call.given("limit"), call.given("cursor"), call.given("x")) == ("5", None, None)


def test_a_link_is_absolute_in_the_version_that_was_asked(call: Call) -> None:
    """With what is in it encoded, at its own path or another."""
    link = call.link(call.query)
    assert link == "http://127.0.0.1:1/api/v1/orders?limit=5&cursor=&name=a+b%26c"
    assert call.link({}, path="/x") == "http://127.0.0.1:1/api/v1/x?"
