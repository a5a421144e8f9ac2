"""When returns happen: peaks after the holidays, quiet stretches, working days and hours."""

from bisect import bisect_left
from datetime import UTC, datetime
from random import Random

from mock_loop.clock import DAY

# January brings the holiday returns back, December the early ones.
MONTHS = (2.6, 1.1, 0.8, 0.7, 0.9, 0.8, 0.7, 0.6, 0.7, 0.8, 1.3, 2.2)
WEEKDAYS = (1.35, 1.2, 1.1, 1.0, 0.9, 0.75, 0.7)
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 12, 11, 12, 12, 11, 11, 12, 13, 14, 15, 13, 9, 5)
YEARLY_GROWTH = 0.35
QUIET = 0.01


def creation_moments(rng: Random, count: int, start: int, end: int) -> list[int]:
    """When each return was made, oldest first, between two moments (end excluded)."""
    if not count:
        return []
    first = start // DAY
    days = range(first, max(first + 1, -(-end // DAY)))
    weights = [_weight(number, number - first) for number in days]
    for _ in range(len(weights) // 250):
        # The shop pauses: hardly any return for two or three weeks.
        at = int(rng.random() * len(weights))
        for number in range(at, min(len(weights), at + 14 + int(rng.random() * 12))):
            weights[number] *= QUIET
    chosen = rng.choices(days, weights, k=count)
    hours = rng.choices(range(24), HOURS, k=count)
    random = rng.random
    moments = [
        d * DAY + h * 3600 + int(random() * 3600) for d, h in zip(chosen, hours, strict=True)
    ]
    last = max(start, end - 1)
    return sorted(min(max(moment, start), last) for moment in moments)


def _weight(day_number: int, age: int) -> float:
    date = datetime.fromtimestamp(day_number * DAY, tz=UTC)
    growth = 1 + YEARLY_GROWTH * age / 365
    return MONTHS[date.month - 1] * WEEKDAYS[date.weekday()] * growth


def update_moments(rng: Random, created: list[int], last: int) -> list[int]:
    """When each return last changed: days later as a rule, many of them in one nightly second.

    Args:
        rng: Where chance comes from.
        created: When each return was made, oldest first.
        last: No change is later than this.
    """
    random, expovariate = rng.random, rng.expovariate
    updated = []
    for moment in created:
        wait = int(expovariate(1 / (9 * DAY)) if random() < 0.96 else random() * 90)
        # What would change later than that has changed at some time before.
        left = max(0, last - moment)
        updated.append(moment + (wait if wait <= left else int(random() * left)))
    if not created:
        return updated
    # Every 17th night a job touches some of the returns that are a month old,
    # and stamps all of them with the second in which it runs.
    for night in range(created[0] // DAY + 30, last // DAY, 17):
        at = night * DAY + 3 * 3600 + int(random() * 600)
        low, high = bisect_left(created, at - 45 * DAY), bisect_left(created, at - 20 * DAY)
        for index in rng.sample(range(low, high), min((high - low) // 4, 700)):
            updated[index] = max(updated[index], at)
    return updated
