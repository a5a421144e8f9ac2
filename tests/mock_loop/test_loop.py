"""Loop as its clients meet it: keys, scopes, versions and the budget."""

import requests

from mock_loop import ALL_SCOPES, Loop, Quirks, Shop
from tests.mock_loop.asking import LIST, get


def test_a_wrong_key_and_a_missing_scope_are_both_401(loop: Loop) -> None:
    """Not 403; and the body depends on which API refuses."""
    loop.scopes = ALL_SCOPES - {"Returns", "Developer Tools"}
    for path, body in (
        (LIST, {"errors": "Unauthorized."}),
        (
            "/webhooks",
            {
                "error": {
                    "code": "401",
                    "http_code": "GEN-UNAUTHORIZED",
                    "message": "Unauthorized.",
                },
            },
        ),
    ):
        for key in ("test-key", "wrong", None):
            answer = get(loop, path, key=key)
            assert (answer.status_code, answer.json()) == (401, body)
    assert get(loop, "/destinations").status_code == 200


def test_versions_are_those_that_exist(loop: Loop, shop: Shop) -> None:
    """Dated ones, unstable, v1 and latest; another is 404; none means the oldest."""
    for version in ("2026-07", "2026-10", "unstable", "v1", "latest"):
        assert get(loop, "/destinations", version=version).status_code == 200
    assert get(loop, "/destinations", version="2025-01").status_code == 404
    assert get(loop, "/destinations", version="v2").status_code == 404
    nameless = requests.get(
        f"{loop.url}/api/destinations", headers={"X-Authorization": "test-key"}, timeout=5
    )
    assert nameless.json() == {"destinations": shop.truth("destinations")}


def test_the_budget_of_a_key_ends_in_429(loop: Loop) -> None:
    """Requests beyond it are refused, with what is left in the headers of each answer."""
    loop.quirks = Quirks(requests_per_minute=3)
    answers = [get(loop, "/destinations") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == list("21000")
    assert 55 <= int(answers[-1].headers["Retry-After"]) <= 61
    loop.quirks = Quirks(requests_per_minute=3, retry_after=False, ratelimit_headers=False)
    assert not {"Retry-After", "x-ratelimit-limit"} & get(loop, "/destinations").headers.keys()


def test_returns_can_change_during_a_run(tied: Loop) -> None:
    """The hook runs before each answer, and that answer sees its changes."""

    def hook(number: int, shop: Shop) -> None:
        if number == 1:
            shop.move_return("1", "closed")

    tied.hook = hook
    day = {"from": "2026-11-10", "to": "2026-11-11", "state": "closed"}
    assert [len(get(tied, LIST, day).json()) for _ in range(2)] == [0, 1]
