"""What holds for every kind of action."""

from __future__ import annotations

from typing import Any

import pytest

from target_loopreturns.kinds.kind import made


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ({"id": 5}, "5"),
        ({"token": "a"}, "a"),
        ({"destination": {"id": 5}}, "5"),
        ({"id": None}, None),
        ({"id": 0}, None),
        ({"ok": True}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_was_made_is_found_bare_or_wrapped(body: Any, own: str | None) -> None:
    """Loop answers either, by kind and by edition of its pages."""
    assert made(body) == own
