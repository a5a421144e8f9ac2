"""The house stays tidy: a test file for each module, a class for each name, files of a size."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "loop_returns",
    "loopreturns_plugin",
    "tap_loopreturns",
    "target_loopreturns",
    "mock_loop",
)
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
FILES = [
    path
    for folder in (
        *PACKAGES,
        "loopreturns_events",
        "loopreturns_report",
        "tests",
        "benchmarks",
        "scripts",
        "examples",
    )
    for path in sorted((ROOT / folder).rglob("*.py"))
]
SCREEN = 45  # lines

TWINS: set[str] = set()
"""Class names that are still to become different; nothing is added here."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def home_of_tests(module: Path) -> Path | None:
    """Where a module's tests are; a package has some of its own where it defines anything."""
    folder = ROOT / "tests" / module.parent.relative_to(ROOT)
    if module.name != "__init__.py":
        return folder / f"test_{module.stem.strip('_')}.py"
    defines = any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in parsed(module).body)
    return folder / f"test_{module.parent.name}.py" if defines else None


def test_every_module_has_a_test_file_of_its_name() -> None:
    """In the folder of its name; a stranger finds what a module promises."""
    lacking = {named(m) for m in MODULES if (home := home_of_tests(m)) and not home.exists()}
    assert not lacking


def test_no_two_classes_have_one_name() -> None:
    """Tests and benchmarks included: a name in a message or a search means one thing."""
    found = defaultdict(list)
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(named(path))
    assert {name for name, where in found.items() if len(where) > 1} == TWINS


def test_a_file_has_no_more_than_300_lines() -> None:
    """Longer than that, it has two subjects."""
    long = {named(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > 300}
    assert not long


def test_a_test_takes_less_than_a_screen() -> None:
    """Its parameters aside, which may be a table; what is longer is two tests."""
    long = [
        f"{named(path)}: {node.name}, {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if node.end_lineno and node.end_lineno - node.lineno >= SCREEN
    ]
    assert not long


def privately(module: ast.Module) -> Iterator[str]:
    """What a module imports of singer-sdk that is private to it."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith("singer_sdk.") and "._" in name)


def test_what_is_private_of_singer_sdk_is_used_in_one_file() -> None:
    """So that a new version of it is one file's work."""
    using = {named(module) for module in MODULES if list(privately(parsed(module)))}
    assert using == {"loopreturns_plugin/sdk.py"}
