"""Quirks: one possible Loop each; a misspelt one is no Loop at all."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from mock_loop import Quirks

WORDS = {
    name: get_args(hint)
    for name, hint in get_type_hints(Quirks).items()
    if get_origin(hint) is Literal
}


@pytest.mark.parametrize("name", WORDS)
def test_a_word_that_nobody_knows_is_refused(name: str) -> None:
    """Taken for the default, a test of it would test nothing."""
    for word in WORDS[name]:
        known: dict[str, Any] = {name: word}
        assert getattr(Quirks(**known), name) == word
    wrong: dict[str, Any] = {name: "sideways"}
    with pytest.raises(ValueError, match=f"{name} is one of {', '.join(WORDS[name])}"):
        Quirks(**wrong)
    with pytest.raises(ValueError, match=name):
        dataclasses.replace(Quirks(), **wrong)


def test_the_defaults_are_what_is_documented() -> None:
    """Newest first, both bounds included, a cursor that is a timestamp alone, 300 a minute."""
    quirks = Quirks()
    assert (quirks.order, quirks.from_inclusive, quirks.to_inclusive) == ("desc", True, True)
    assert (quirks.cursor_column, quirks.max_page_size) == ("filter", 750)
    assert (quirks.requests_per_minute, quirks.asn_max_days) == (300, 120)
    assert set(quirks.default_states) == {"open", "closed", "expired"}
