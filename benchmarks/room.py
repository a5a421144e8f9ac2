"""Memory at its peak, as Linux says of the process (VmHWM)."""

from __future__ import annotations

from benchmarks.figures import ANSWER, Bench, Figure, Findings, checked, reading


def memory(bench: Bench, found: Findings) -> None:
    """Of a long history, 8 workers and no limit."""
    returns = bench.size.memory
    with reading(returns) as (_, commands):
        peaks = bench.each(lambda one: checked(commands.tap(one, concurrency=8), returns).peak)
    what, how = f"Peak memory, {returns:,} returns", "8 workers, no limit, one run"
    before = peaks.get("before")
    found.figures.append(Figure(what, 100, peaks["today"], how, before, unit=" MB"))


def crowd(bench: Bench, found: Findings) -> None:
    """Of many returns that changed in one second, which are one answer."""
    for returns, what in (
        (bench.size.crowd, f"Peak memory, {bench.size.crowd:,} returns of one second"),
        (ANSWER, f"Peak memory, an answer of 95 MB ({ANSWER:,} returns)"),
    ):
        with reading(returns, "--one-second", requests_per_minute=None) as (_, commands):
            peaks = bench.each(lambda one: checked(commands.tap(one), returns).peak)  # noqa: B023
        how = "default workers, no limit, one run"
        before = peaks.get("before")
        found.figures.append(Figure(what, 150, peaks["today"], how, before, unit=" MB"))
