"""From a path to the endpoint that answers it, and to no other."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mock_loop.loop import ROUTES
from mock_loop.responses import Response
from mock_loop.routes import Route, find


def route(method: str, pattern: str) -> Route:
    return Route(method, pattern, "Orders", lambda _: Response(200))


SOME = (route("GET", "/a/{id}"), route("GET", "/a/{id}/b"), route("POST", "/a/{id}"))


@given(st.text(min_size=1).filter(lambda text: "/" not in text))
def test_a_name_stands_for_one_segment(segment: str) -> None:
    """Whatever is in it, but never for two."""
    found, params, known = find(SOME, "GET", f"/a/{segment}")
    assert (found, params, known) == (SOME[0], {"id": segment}, True)
    assert find(SOME, "GET", f"/a/{segment}/c") == (None, {}, False)


def test_another_method_is_told_from_another_path() -> None:
    """405 for the one, 404 for the other."""
    assert find(SOME, "DELETE", "/a/1") == (None, {}, True)
    assert find(SOME, "DELETE", "/z") == (None, {}, False)
    assert find(SOME, "POST", "/a/1")[0] is SOME[2]


def test_every_endpoint_can_be_reached() -> None:
    """No route hides another one behind its pattern."""
    for one in ROUTES:
        path = re.sub(r"\{\w+\}", "5", one.pattern)
        assert find(ROUTES, one.method, path)[0] is one
