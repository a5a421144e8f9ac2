"""Which account STATE is of: told by its key's mark, and by returns that it holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.output.account import REMEMBERED, StateAccount, key_mark


def test_a_mark_is_equal_for_equal_keys_and_holds_nothing_of_them() -> None:
    """Another key has another mark."""
    assert key_mark("0123456789abcdef") == key_mark("0123456789abcdef")
    assert key_mark("0123456789abcdef") != key_mark("0123456789abcdeg")
    assert "0123" not in key_mark("0123456789abcdef")


def test_what_is_written_is_read_again() -> None:
    """The key's mark, and the first few returns with their creation, to the second."""
    account = StateAccount()
    assert not account.is_named
    account.take("a-key")
    for number in range(REMEMBERED + 3):
        account.remember({"id": str(number), "created_at": "2026-01-02T03:04:05Z"})
    again = StateAccount(account.entry)
    assert again.has_key("a-key")
    assert not again.has_key("another")
    assert again.returns == {str(n): "2026-01-02T03:04:05Z" for n in range(REMEMBERED)}


def test_a_struct_is_remembered_like_a_record() -> None:
    """Its times are moments."""

    class Struct:
        id = "7"
        created_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    account = StateAccount()
    account.remember(Struct())
    account.remember({"id": "8", "created_at": None})
    assert account.returns == {"7": "2026-01-02T03:04:05Z"}


@pytest.mark.parametrize("entry", ["text", [], {"returns": []}])
def test_what_is_no_account_is_refused(entry: object) -> None:
    """In a line that names STATE."""
    with pytest.raises(SettingsError, match="--state"):
        StateAccount(entry)
