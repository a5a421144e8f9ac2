"""The budget's guarantees against servers that count as Loop may, in simulated time."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_returns.http.pacing import MINUTE, Budget, Pacer, Turn
from tests.clocks import Clock
from tests.sampling import examples

LIMIT = 300


@dataclass
class CountedKey:
    """Counts a key's requests, and says after each how many are left."""

    counting: Literal["sliding", "fixed"] = "sliding"
    limit: int = LIMIT
    says: bool = True
    taken: deque[float] = field(default_factory=deque)
    began: float = float("-inf")
    refused: Counter[str] = field(default_factory=Counter)
    arrivals: list[float] = field(default_factory=list)

    def take(self, now: float, who: str = "own") -> int | None:
        """Count a request; what is said to be left then."""
        if self.counting == "fixed" and now >= self.began + MINUTE:
            self.began = now
            self.taken.clear()
        while self.counting == "sliding" and self.taken and self.taken[0] <= now - MINUTE:
            self.taken.popleft()
        if len(self.taken) >= self.limit:
            self.refused[who] += 1
            return 0 if self.says else None
        self.taken.append(now)
        if who == "own":
            self.arrivals.append(now)
        return self.limit - len(self.taken) if self.says else None


@dataclass
class Workers:
    """Workers that always have something to ask, for so long."""

    server: CountedKey
    latency: tuple[float, float]
    workers: int = 8
    seconds: float = 300.0
    foreign: float = 0.0
    """Requests a minute of another integration."""
    foreign_span: tuple[float, float] = (0.0, float("inf"))
    limit: int = LIMIT
    heeds: bool = True
    """Refusals, where Loop does not say how much is left."""
    seed: int = 0
    others: int = 0
    """Requests of the other integration that were let through."""

    def go(self) -> None:
        budget, rng, order = Budget(self.limit), Random(self.seed), count()
        # What happens next: (when, in which order, what, the turn, what is said to be left)
        events: list[tuple[float, int, str, Turn | None, int | None]] = []

        def then(at: float, what: str, turn: Turn | None = None, left: int | None = None) -> None:
            heapq.heappush(events, (at, next(order), what, turn, left))

        for _ in range(self.workers):
            then(rng.random() / 100, "ask")
        if self.foreign:
            then(self.foreign_span[0], "foreign")
        while events:
            now, _, what, turn, left = heapq.heappop(events)
            if now > self.seconds:
                return
            if what == "foreign" and now < self.foreign_span[1]:
                before = self.server.refused["foreign"]
                self.server.take(now, "foreign")
                self.others += before == self.server.refused["foreign"]
                then(now + MINUTE / self.foreign, "foreign")
            elif what == "ask":
                if (wait := budget.delay(now)) > 0:
                    then(now + wait + rng.random() / 1000, "ask")
                else:
                    sent = budget.sent(now)
                    then(now + rng.random() * rng.uniform(*self.latency), "arrives", sent)
            elif what == "arrives" and turn:
                before = self.server.refused["own"]
                left = self.server.take(now)
                refused = self.server.refused["own"] > before and self.heeds
                whole = rng.uniform(*self.latency)
                then(max(now, turn.sent + whole), "refused" if refused else "answered", turn, left)
            elif what in {"answered", "refused"} and turn:
                budget.answered(turn, now, left)
                if what == "refused" and left is None:
                    budget.refused(turn)
                then(now + rng.random() / 100, "ask")

    @property
    def share(self) -> float:
        return len(self.server.arrivals) * MINUTE / self.limit / self.seconds


@pytest.mark.parametrize("counting", ["sliding", "fixed"])
@pytest.mark.parametrize("says", [True, False])
@pytest.mark.parametrize("latency", [(0.01, 0.05), (0.6, 0.6), (0.3, 1.5), (1.5, 1.5)])
def test_the_whole_budget_is_used_and_not_more(
    counting: Literal["sliding", "fixed"], says: bool, latency: tuple[float, float]
) -> None:
    """At least 95% over five minutes at up to 1.5 s, and never a refusal."""
    run = Workers(CountedKey(counting, says=says), latency)
    run.go()
    assert not run.server.refused
    assert run.share >= 0.95


@given(
    counting=st.sampled_from(["sliding", "fixed"]),
    limit=st.integers(1, 400),
    low=st.floats(0, 3),
    spread=st.floats(0, 20),
    workers=st.integers(1, 16),
    says=st.booleans(),
    seed=st.integers(0, 1000),
)
@settings(max_examples=examples(80), deadline=None)
def test_no_minute_holds_more_than_the_limit(  # noqa: PLR0917
    counting: Literal["sliding", "fixed"],
    limit: int,
    low: float,
    spread: float,
    workers: int,
    says: bool,
    seed: int,
) -> None:
    """However long answers take, and however Loop counts, alone on the key there is no 429."""
    server = CountedKey(counting, limit, says)
    run = Workers(server, (low, low + spread), workers, seconds=200, limit=limit, seed=seed)
    run.go()
    assert not server.refused
    for first, later in zip(server.arrivals, server.arrivals[limit:], strict=False):
        assert later > first + MINUTE


@given(
    counting=st.sampled_from(["sliding", "fixed"]),
    low=st.floats(0, 1.5),
    spread=st.floats(0, 1),
    workers=st.integers(8, 16),
    seed=st.integers(0, 1000),
)
@settings(max_examples=examples(30), deadline=None)
def test_own_requests_are_never_taken_for_those_of_others(
    counting: Literal["sliding", "fixed"], low: float, spread: float, workers: int, seed: int
) -> None:
    """What Loop says is left slows nothing down while nobody else uses the key."""
    shares = []
    for says in (True, False):
        run = Workers(CountedKey(counting, says=says), (low, low + spread), workers, seed=seed)
        run.go()
        shares.append(run.share)
    assert shares[0] == pytest.approx(shares[1], abs=0.01)


@pytest.mark.parametrize("counting", ["sliding", "fixed"])
@pytest.mark.parametrize("latency", [(0.01, 0.05), (0.4, 0.8), (1.5, 1.5)])
@pytest.mark.parametrize("foreign", [60, 150, 240])
def test_what_another_integration_uses_is_left_to_it(
    counting: Literal["sliding", "fixed"], latency: tuple[float, float], foreign: int
) -> None:
    """Beside another's steady requests, none of the tap's is refused, and few places are idle."""
    run = Workers(CountedKey(counting), latency, foreign=foreign)
    run.go()
    assert not run.server.refused["own"]
    accepted = len(run.server.arrivals) + run.others
    assert accepted >= 0.85 * LIMIT * run.seconds / MINUTE


@pytest.mark.parametrize("counting", ["sliding", "fixed"])
def test_refusals_that_say_nothing_are_learned_from(
    counting: Literal["sliding", "fixed"],
) -> None:
    """Beside another's 240 a minute, without headers, few are refused: both own and theirs."""
    refused = {}
    for heeds in (False, True):
        server = CountedKey(counting, says=False)
        run = Workers(server, (0.4, 0.8), seconds=600, foreign=240, heeds=heeds)
        run.go()
        refused[heeds] = server.refused["own"], server.refused["foreign"], len(server.arrivals)
    assert refused[True][0] < refused[False][0] / 10
    assert refused[True][1] < refused[False][1] / 2


def test_after_a_neighbour_has_gone_the_whole_budget_is_used_again() -> None:
    """Within a quarter of an hour, although nobody says so."""
    server = CountedKey(says=False)
    run = Workers(server, (0.4, 0.8), seconds=1500, foreign=240, foreign_span=(0, 300))
    run.go()
    assert len([at for at in server.arrivals if at >= 1320]) >= 0.9 * 3 * LIMIT


def test_when_another_integration_stops_its_share_is_taken_up() -> None:
    """Two minutes after the other has stopped, the whole budget is used again."""
    run = Workers(CountedKey(), (0.4, 0.8), seconds=480, foreign=200, foreign_span=(0, 120))
    run.go()
    late = [at for at in run.server.arrivals if at >= 240]
    assert len(late) >= 0.95 * 4 * LIMIT
    assert not run.server.refused["own"]


def test_a_smaller_limit_than_was_set_is_learned() -> None:
    """Where Loop allows less than the setting says, what it says is left is heeded."""
    run = Workers(CountedKey(limit=120), (0.6, 0.6))
    run.go()
    assert not run.server.refused


def test_a_small_run_goes_out_at_once_and_a_pause_is_made_up_for() -> None:
    """A tenth of the minute's requests need not wait, at the start and after a pause."""
    budget = Budget(LIMIT)
    for start in (0.0, 30.0):
        turns = []
        while budget.delay(start) <= 0:
            turns.append(budget.sent(start))
        assert 29 <= len(turns) <= 30
        for turn in turns:
            budget.answered(turn, start + 0.1)


def test_nothing_goes_out_while_loop_says_to_wait() -> None:
    """A hold stops every thread, and the longest hold counts."""
    clock = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pacer = Pacer(LIMIT, clock=lambda: clock[0], sleep=sleep)
    pacer.pause(20)
    pacer.pause(5)
    with pacer.turn():
        assert clock[0] == 120.0
    assert slept == [20.0]


def test_a_request_that_fails_keeps_its_place() -> None:
    """It may have been counted all the same."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    pacer = Pacer(1, clock=lambda: clock[0], sleep=sleep)
    with pytest.raises(OSError, match="broke"), pacer.turn():
        raise OSError("broke")
    with pacer.turn() as heed:
        heed({"x-ratelimit-remaining": "no number"}, 200)
        assert clock[0] >= MINUTE


@pytest.mark.parametrize(
    ("cause", "words"), [("pause", "Loop asked for a pause"), ("others", "another integration")]
)
def test_waiting_is_said_by_the_time_it_is_ten_seconds(
    caplog: pytest.LogCaptureFixture, cause: str, words: str
) -> None:
    """One line with the reason and how long, not one for each thread or each look."""
    caplog.set_level("INFO")
    clock = Clock()
    pacer = Pacer(LIMIT, clock=clock, sleep=clock.sleep)
    with pacer.turn() as heed:
        heed({"x-ratelimit-remaining": "0"} if cause == "others" else {}, 200)
    if cause == "pause":
        pacer.pause(25)
    for _ in range(3):
        with pacer.turn() as heed:
            heed({}, 200)
    (line,) = [one for one in caplog.messages if one.startswith("Waiting ")]
    assert words in line
