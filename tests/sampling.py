"""How much of a test is in the quick run: `pytest -m "not slow"`, as `scripts/test.py` calls it.

Every test is in it but those marked `slow`; of long tables and random examples a part is. All
other runs, and CI's, take everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

QUICK = "not slow"
_SHARE = 10


def is_quick() -> bool:
    """Whether this is the quick run; known once conftest.py has been read."""
    return settings.get_current_profile_name() == "quick"


def examples(count: int) -> int:
    """`count`, or a tenth of it in the quick run."""
    return max(count // _SHARE, min(count, 5)) if is_quick() else count


def sampled(values: Iterable[Any], quick: int) -> list[Any]:
    """Parameters of which `quick`, spread over them, are in the quick run; the others are slow."""
    table = list(values)
    kept = {round(place * len(table) / quick) for place in range(quick)}
    return [
        value if number in kept else _slow(value, as_row=isinstance(value, tuple | list))
        for number, value in enumerate(table)
    ]


def _slow(value: Any, *, as_row: bool) -> Any:
    return pytest.param(*(value if as_row else (value,)), marks=pytest.mark.slow)
