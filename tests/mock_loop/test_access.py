"""Keys, scopes, versions and the budget of the mock account."""

import requests

from mock_loop import ALL_SCOPES, Loop, Quirks, Shop
from mock_loop.limits import Allowance
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


def test_minutes_slide_or_are_fixed() -> None:
    """A sliding minute frees one place at a time, a fixed one all at once."""
    sliding, fixed = Quirks(requests_per_minute=2), Quirks(requests_per_minute=2, counting="fixed")
    for quirks, expected in (
        (sliding, [True, True, False, True, False]),
        (fixed, [True, True, False, True, True]),
    ):
        budget = Allowance()
        taken = [budget.take(quirks, at).allowed for at in (0, 50, 59, 61, 62)]
        assert taken == expected


def test_another_integration_takes_its_part() -> None:
    """What others use of the key's budget is not there for us."""
    quirks = Quirks(requests_per_minute=10, foreign_requests_per_minute=7)
    budget = Allowance()
    assert sum(budget.take(quirks, at).allowed for at in range(10)) == 3
