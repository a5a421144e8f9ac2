"""Errors: one family, whose exit codes are those that are written down."""

from __future__ import annotations

import re

import pytest

from loop_returns import errors
from loop_returns.errors import AccessError, LoopRefused, LoopReturnsError, SettingsError

FAMILY = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, LoopReturnsError)
}


def test_every_error_is_one_of_the_family() -> None:
    """Whoever catches the root has caught every expected failure."""
    raised = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and kind.__module__ == errors.__name__
    ]
    assert set(raised) == set(FAMILY.values())


def test_the_picture_of_the_family_has_every_error_with_its_exit_code() -> None:
    """A stranger reads it instead of the classes."""
    said = re.findall(r"[├└]── (\w+).*exit code (\d+)$", errors.__doc__ or "", re.MULTILINE)
    codes = {name: str(kind.exit_code) for name, kind in FAMILY.items()}
    assert dict(said) == {name: code for name, code in codes.items() if name != "LoopReturnsError"}


def test_exit_codes_are_no_shells_own() -> None:
    """0 is success, 2 a wrong command line, 126 to 130 the shell's; a broken pipe has 141."""
    assert {kind.exit_code for kind in FAMILY.values()} <= {1, *range(3, 11), 141}


def test_a_wrong_setting_is_named_first() -> None:
    """So that its line is found by the name that stands in the configuration."""
    error = SettingsError("page_size", "accepts a whole number from 1 to 750; not '0'.")
    assert str(error).startswith("Setting 'page_size' accepts")
    assert error.setting == "page_size"


def test_what_decides_later_is_kept_beside_the_message() -> None:
    """The scope for the list of all that lack, status and body for what counts as nothing."""
    assert AccessError("refused", scope="Orders").scope == "Orders"
    refusal = LoopRefused("refused", status=422, body=False)
    assert (refusal.status, refusal.body) == (422, False)


@pytest.mark.parametrize("kind", [errors.ActionsUnsettled, errors.RecordsUnwritable])
def test_a_run_that_has_begun_to_act_never_ends_as_if_nothing_had_been_asked(
    kind: type[LoopReturnsError],
) -> None:
    """Exit code 1 says that nothing was asked."""
    assert kind.exit_code == errors.UncertainChange.exit_code == 7
