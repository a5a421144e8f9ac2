"""Run everything that CI runs: `python3 scripts/test.py`, with pytest's arguments if any."""

from __future__ import annotations

import sys

from environment import Environment, say

OTHERS = ["-n", "auto", "--ignore=tests/warehouses", "--ignore=tests/release"]


def main() -> None:
    """Install, lint, check types, test."""
    python = Environment(".venv")
    python.install("--constraint", "constraints.txt", "--editable", ".", "--group", "dev")
    say("ruff")
    python.run("ruff", "check", ".")
    python.run("ruff", "format", "--check", ".")
    say("layers")
    python.run("lint-imports", "--no-logo", "--no-cache")
    say("mypy")
    python.run("mypy")
    say("pytest")
    # These take longer: `pytest tests/warehouses`, and `pytest tests/release`, which CI runs too.
    python.run("python", "-m", "pytest", *(sys.argv[1:] or OTHERS))


if __name__ == "__main__":
    main()
