"""What a key may be allowed to do."""

from __future__ import annotations

import re

import pytest

from mock_loop import ALL_SCOPES, Loop
from mock_loop.loop import ROUTES
from tests.mock_loop.asking import get


@pytest.mark.parametrize("scope", sorted(ALL_SCOPES))
def test_a_scope_opens_its_endpoints_and_no_others(loop: Loop, scope: str) -> None:
    """Without it each of them is 401; with it alone, all others are."""
    readable = [route for route in ROUTES if route.method == "GET"]
    for route in readable:
        path = re.sub(r"\{\w+\}", "5", route.pattern)
        loop.scopes = frozenset({scope})
        allowed = get(loop, path).status_code != 401
        loop.scopes = ALL_SCOPES - {scope}
        loop.reset_budget()
        assert allowed == (route.scope == scope) == (get(loop, path).status_code == 401)


def test_no_scope_is_without_an_endpoint() -> None:
    """One that opened nothing would be a spelling mistake."""
    assert {route.scope for route in ROUTES} == ALL_SCOPES
