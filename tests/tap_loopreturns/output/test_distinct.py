"""Distinct keys are counted in bounded memory."""

from __future__ import annotations

from tap_loopreturns.output.distinct import Distinct


def test_keys_that_come_again_soon_count_once_and_what_is_remembered_is_bounded() -> None:
    """Twenty thousand keys, each twice in a row, leave no more behind than the latest of them."""
    distinct = Distinct(1000)
    for number in range(20_000):
        distinct.take([number, number])
        distinct.take([number])
    assert distinct.count == 20_000
    assert len(distinct._new) + len(distinct._old) <= 2002
