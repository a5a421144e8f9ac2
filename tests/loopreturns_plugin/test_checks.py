"""Single settings: any value that JSON can hold is taken for what it means, or told in one line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import SettingsError
from loopreturns_plugin import checks

ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=4,
)
WORDS = ("open", "closed")


@given(ANYTHING, st.sampled_from([(0, None), (1, 750), (-5, 5)]))
def test_an_integer_is_within_its_bounds_or_told(
    value: Any, bounds: tuple[int, int | None]
) -> None:
    """Never a float, never a truth value, never beyond what is said to be accepted."""
    least, most = bounds
    try:
        number = checks.integer({"size": value}, "size", least, most)
    except SettingsError as error:
        said = str(error)
    else:
        assert type(number) is int
        assert number >= least
        assert most is None or number <= most
        return
    assert said.startswith("Setting 'size' accepts a whole number")
    assert "\n" not in said


@pytest.mark.parametrize("text", ["7", " 7 ", "+7", 7.0, "007"])
def test_a_number_as_text_is_that_number(text: Any) -> None:
    """Meltano and the environment know nothing else."""
    assert checks.integer({"size": text}, "size", 1, 750) == 7


@given(ANYTHING)
def test_a_truth_is_one_of_its_six_spellings_or_told(value: Any) -> None:
    """A number is none: that 1.0 counts as true would surprise."""
    known = value is True or value is False or value in ("true", "false", "1", "0")
    if known:
        assert checks.truth({"dry_run": value}, "dry_run") == (value in (True, "true", "1"))
        return
    with pytest.raises(SettingsError, match="accepts true or false"):
        checks.truth({"dry_run": value}, "dry_run")


@given(ANYTHING)
def test_words_are_all_known_or_told(value: Any) -> None:
    """A single unknown word refuses the list, whose words are named."""
    try:
        found = checks.words({"states": value}, "states", WORDS)
    except SettingsError as error:
        said = str(error)
    else:
        assert set(found) <= set(WORDS)
        return
    assert said.startswith("Setting 'states' accepts a list of open, closed")


@given(ANYTHING)
def test_one_of_several_words_is_that_word_or_told(value: Any) -> None:
    """A list or an object in its place breaks nothing."""
    if value in list(WORDS):
        assert checks.one_of({"pii": value}, "pii", WORDS) == value
        return
    with pytest.raises(SettingsError, match="Setting 'pii' accepts one of open, closed"):
        checks.one_of({"pii": value}, "pii", WORDS)


def test_a_long_wrong_value_is_shown_shortened() -> None:
    """A whole file put in place of a word does not fill the log."""
    with pytest.raises(SettingsError) as caught:
        checks.one_of({"pii": "x" * 10_000}, "pii", WORDS)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("name", "hint"),
    [("api_kee", "did you mean 'api_key'?"), ("zzz", "the settings are api_key, api_url")],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, hint: str) -> None:
    """Or with all there are, where none is near; known ones pass."""
    checks.refuse_unknown(["api_url"], ["api_key", "api_url"])
    with pytest.raises(SettingsError) as caught:
        checks.refuse_unknown(["api_url", name], ["api_key", "api_url"])
    assert hint in str(caught.value)


def test_what_is_left_out_or_null_has_its_default() -> None:
    """A null from Meltano means that nothing was set; what is set stays, false included."""
    known = {"page_size": {"default": 750}, "pii": {"default": "keep"}, "api_key": {}}
    found = checks.with_defaults({"page_size": None, "pii": False, "api_key": "k"}, known)
    assert found == {"page_size": 750, "pii": False, "api_key": "k"}


def test_text_with_commas_is_a_list() -> None:
    """Blanks and empty parts fall away; what is no text stays as it is."""
    assert checks.comma_separated(" a, ,b,") == ["a", "b"]
    assert checks.comma_separated(["a,b"]) == ["a,b"]
