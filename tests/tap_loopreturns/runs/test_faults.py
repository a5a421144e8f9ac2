"""Requests that fail: the run is complete, or it ends loudly; nothing is missing silently."""

from __future__ import annotations

import pytest

from tests.proofs import faults
from tests.sampling import sampled


@pytest.mark.parametrize("rate", sampled(faults.RATES, 1))
def test_failing_requests_cost_no_row(rate: float) -> None:
    """Statuses, broken connections and spoilt answers, and a healthy run after them."""
    result = faults.faulty(2, rate, seed=7, returns=30)
    assert (result.silent, result.unequal) == ([], [])
    assert result.complete + result.loud == result.runs == 2
    assert result.faults
