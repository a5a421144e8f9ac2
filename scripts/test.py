"""Hold this checkout against its checks and tests: `python3 scripts/test.py`.

About four minutes on two cores: linters, type checker, and every test that is not marked `slow`.
`--all` adds those, and a rehearsed release; CI runs it. Other arguments are pytest's, instead.
"""

from __future__ import annotations

import hashlib
import sys

from environment import ROOT, Environment, say

# An even load: whoever has nothing left takes from who has.
EACH = ["-n", "auto", "--dist", "worksteal", "--ignore=tests/release", "--ignore=tests/warehouses"]
QUICK = [*EACH, "-m", "not slow"]
WANTED = ("pyproject.toml", "constraints.txt")


def main() -> None:
    """Install, lint, check types, test."""
    given = sys.argv[1:]
    python = Environment(".venv")
    install(python)
    say("ruff")
    python.run("ruff", "check", ".")
    python.run("ruff", "format", "--check", ".")
    say("layers")
    python.run("lint-imports", "--no-logo", "--no-cache")
    say("mypy")
    python.run("mypy")
    runs = [EACH, ["tests/release"]] if given == ["--all"] else [given or QUICK]
    for words in runs:
        say(f"pytest {' '.join(words)}")
        python.run("python", "-m", "pytest", *words)


def install(python: Environment) -> None:
    """Install what is wanted, unless it is what was installed last."""
    mark = python.folder / "installed"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in WANTED)).hexdigest()
    if mark.exists() and mark.read_text("utf-8") == wanted:
        return
    python.install("--constraint", WANTED[1], "--editable", ".", "--group", "dev")
    mark.write_text(wanted, "utf-8")


if __name__ == "__main__":
    main()
