"""The vocabulary: names that a test can look for in any output."""

from __future__ import annotations

import re

import pytest

from mock_loop.seeds import words

PERSONAL = ("FIRST_NAMES", "LAST_NAMES", "STREETS", "TOWNS")
OTHERS = {
    text
    for name, value in vars(words).items()
    if name.isupper() and name not in PERSONAL
    for text in re.findall(r"\w+", repr(value))
}


@pytest.mark.parametrize("kind", PERSONAL)
def test_names_are_long_and_occur_nowhere_else(kind: str) -> None:
    """Found in an output, one of them is a person's; a short or a common word would say nothing."""
    names: tuple[str, ...] = getattr(words, kind)
    assert len(set(names)) == len(names)
    assert all(len(name) >= 7 for name in names)
    assert not {name for name in names if name in OTHERS}


def test_there_are_as_many_names_as_people_are_made_of() -> None:
    """People are numbered through forty names, twelve streets and ten towns."""
    assert [len(getattr(words, kind)) for kind in PERSONAL] == [40, 40, 12, 10]


def test_reasons_and_comments_have_what_breaks_careless_readers() -> None:
    """Quotation marks, a line break, other alphabets, and nothing at all."""
    texts = [reason for pair in words.REASONS for reason in pair]
    assert any('"' in text for text in texts)
    assert "" in texts
    assert any("\n" in comment for comment in words.COMMENTS)
    assert any(not comment.isascii() for comment in words.COMMENTS)
