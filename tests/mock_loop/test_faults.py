"""Faults and hostile answers of the mock account."""

from typing import Any

import pytest
import requests

from mock_loop import HOSTILE, Faults, Loop
from tests.mock_loop.asking import get


def test_each_fault_looks_as_it_should(loop: Loop) -> None:
    """Statuses, bodies and broken connections, in the order of a script."""
    statuses = {"429": 429, "429-retry-after": 429, "500": 500, "502": 502, "503": 503}
    statuses |= {"524-html": 524, "html-200": 200, "redirect": 302}
    loop.faults = Faults.script([*statuses, None])
    for kind, status in statuses.items():
        answer = get(loop, "/destinations")
        assert answer.status_code == status
        assert ("<html>" in answer.text) == ("html" in kind or kind == "502")
        assert ("Retry-After" in answer.headers) == (kind == "429-retry-after")
    assert get(loop, "/destinations").json().keys() == {"destinations"}


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "bad-gzip", "stall"])
def test_broken_connections_break_the_client(loop: Loop, kind: str) -> None:
    """Each ends in an exception of the client, and the next request is healthy."""
    loop.faults = Faults.script([kind], stall_seconds=0.1)
    with pytest.raises(requests.RequestException):
        get(loop, "/destinations")
    assert get(loop, "/destinations").status_code == 200
    assert [request.fault for request in loop.requests] == [kind, None]


def test_hostile_answers_say_200(loop: Loop) -> None:
    """Cut JSON, null, an envelope without its key, a list, every error envelope."""
    loop.faults = Faults.script(["truncate-json", "null", "missing-key", "list-for-object", b"[1]"])
    with pytest.raises(requests.JSONDecodeError):
        get(loop, "/destinations").json()
    assert get(loop, "/destinations").json() is None
    assert get(loop, "/destinations").json() == {}
    assert isinstance(get(loop, "/destinations").json(), list)
    assert get(loop, "/destinations").json() == [1]
    loop.faults = Faults.script(["error-200:9", "error-200:1"])
    assert get(loop, "/destinations").json() is False
    assert get(loop, "/destinations").json() == {"errors": "Unauthorized."}
    loop.faults = Faults(mutate=lambda body: body.replace(b"destinations", b"places"))
    assert get(loop, "/destinations").json().keys() == {"places"}


def test_random_faults_are_seeded() -> None:
    """Equal seeds go wrong alike, at about the rate asked for."""

    def drawn(seed: int) -> list[Any]:
        faults = Faults(rate=0.2, kinds=(*HOSTILE, "500"), seed=seed)
        return [fault and fault.step for fault in (faults.draw("/") for _ in range(1000))]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 150 < sum(step is not None for step in drawn(1)) < 250
