"""How much of the budget runs use which have enough to do; and how long a start takes."""

from __future__ import annotations

import statistics

from benchmarks.account import ServedAccount
from benchmarks.figures import BUDGET, MINUTE, Bench, Figure, Findings, reading
from benchmarks.measure import Cost, Sampled, run


def budget(bench: Bench, found: Findings) -> None:
    """Share of the budget that runs use which have enough to do."""
    page, crowd = 20, bench.size.paced_requests
    throttled = 0
    with reading(crowd * page * 9 // 10) as (served, commands):
        for counting in ("sliding", "fixed"):
            for latency in (0.6, 1.5):
                served.behave(requests_per_minute=BUDGET, counting=counting, latency=latency)
                command = commands.tap(bench.today, page_size=page, requests_per_minute=BUDGET)
                cost, refused = _paced(
                    served, command, found, f"backfill, {latency} s, {counting} minutes"
                )
                throttled += refused
                label = f"{latency} s, {counting}"
                found.progress.append((label, cost.progress))
    found.limit = page * BUDGET / MINUTE
    with reading(crowd) as (served, commands):
        for latency in (0.6, 1.5):
            served.behave(requests_per_minute=BUDGET, counting="sliding", latency=latency)
            command = commands.tap(
                bench.today, streams=("return_notes",), requests_per_minute=BUDGET
            )
            _, refused = _paced(served, command, found, f"return_notes, {latency} s")
            throttled += refused
    found.figures.append(Figure("429 answers in these runs", 0, throttled, "as the server counts"))


def _paced(
    served: ServedAccount, command: list[str], found: Findings, what: str
) -> tuple[Cost, int]:
    served.forget()
    with Sampled(served.requests) as sampled:
        cost = run(command, count=True)
    total, throttled = sampled.samples[-1][1]
    times = [at for at, (count, _) in sampled.samples if count]
    last = next(at for at, (count, _) in sampled.samples if count == total)
    spent = last - times[0]
    found.figures.append(
        Figure(
            f"Share of the budget used: {what}",
            0.95,
            (total - 1) / (BUDGET / MINUTE * spent),
            f"{total} requests in {spent:.1f} s, from the first to the last",
            at_most=False,
            unit="%",
        )
    )
    return cost, throttled


def start(bench: Bench, found: Findings) -> None:
    """Time to say what there is."""
    discover, imported = (
        bench.today.tap("--discover"),
        bench.today.command("-c", "import singer_sdk"),
    )
    run(discover)
    pairs = [(run(discover).wall, run(imported).wall) for _ in range(bench.size.starts)]
    found.figures.append(
        Figure(
            "--discover / importing singer_sdk",
            2,
            statistics.median(ours / theirs for ours, theirs in pairs),
            f"wall time, median of {bench.size.starts} pairs: "
            f"{statistics.median(ours for ours, _ in pairs):.2f} s against "
            f"{statistics.median(theirs for _, theirs in pairs):.2f} s",
        )
    )
