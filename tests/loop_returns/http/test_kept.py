"""Answers asked for ahead of time."""

from __future__ import annotations

from loop_returns.http.kept import KeptAnswers
from tests.clocks import Clock


def test_an_answer_serves_once_and_ages_from_when_it_came() -> None:
    """That somebody asks whether it is there makes it no younger."""
    clock = Clock()
    kept = KeptAnswers[str](clock)
    kept.keep("/webhooks", {"a": 1, "b": 2}, "first")
    clock.now += 20
    assert kept.holds("/webhooks", {"b": 2, "a": 1})
    clock.now += 11
    assert not kept.holds("/webhooks", {"a": 1, "b": 2})
    assert kept.take("/webhooks", {"a": 1, "b": 2}) is None
    kept.keep("/webhooks", None, "second")
    assert kept.take("/webhooks", {}) == "second"
    assert kept.take("/webhooks", {}) is None
