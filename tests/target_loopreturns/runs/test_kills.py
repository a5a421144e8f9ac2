"""The target is killed at random moments, and still does everything once."""

from __future__ import annotations

import pytest

from tests.proofs.target_kills import prove


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "late"), [(11, False), (12, True)])
def test_a_killed_run_does_nothing_twice_and_forgets_nothing(seed: int, late: bool) -> None:
    """SIGKILL at random moments, then runs to the end; by hand, with 100 kills.

    Once with a Loop that processes at once, and once with one that takes its time.
    """
    killed = prove(5, seed=seed, actions=120, late=late)
    assert killed.kills
    assert killed.wrong == []
    assert (killed.last.exit_code, killed.last.state) == (0, [{"at": 1}])
