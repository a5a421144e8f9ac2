"""The target is killed at random moments, and still does everything once."""

from __future__ import annotations

import pytest

from tests.proofs.target_kills import prove


@pytest.mark.parametrize("seed", [11, 12])
def test_a_killed_run_does_nothing_twice_and_forgets_nothing(seed: int) -> None:
    """SIGKILL at random moments, then one run to the end; by hand, with 100 kills."""
    killed = prove(5, seed=seed, actions=120)
    assert killed.kills
    assert killed.wrong == []
    assert (killed.last.exit_code, killed.last.state) == (0, [{"at": 1}])
