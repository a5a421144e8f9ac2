"""The marts on tables that the tap has loaded, held against the account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.warehouses.analytics import account, history, truth
from tests.warehouses.analytics.building import Dbt
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.conftest import ENGINES, BuiltWarehouse
from tests.warehouses.analytics.prove import OTHERS, SHIPPED, MartsProof, compare

pytestmark = pytest.mark.parametrize("engine", ENGINES)
Make = Callable[[str], BuiltWarehouse]


def differences(there: BuiltWarehouse, choices: Choices) -> list[str]:
    """What is not as the account says, and that something was compared."""
    proof = MartsProof()
    compare(proof, there.dbt, there.shop, choices, there.history)
    assert set(proof.rows) == set(truth.KEYS)
    assert all(proof.rows.values())
    return proof.differences


@pytest.mark.parametrize("choices", [SHIPPED, OTHERS], ids=["as shipped", "the other definitions"])
def test_every_figure_of_every_mart_is_the_accounts(
    warehouse: Make, engine: str, choices: Choices
) -> None:
    """Contracts, unit tests and tests of integrity pass, and no figure differs by a digit."""
    there = warehouse(engine)
    built = there.dbt.build(choices.variables()).counts
    # Nothing is done about an exposure.
    assert {status for _, status in built} == {"success", "pass", "no-op"}
    assert built["unit_test", "pass"] >= 25
    assert differences(there, choices) == []


@pytest.mark.parametrize(
    "choices",
    [
        replace(SHIPPED, basis="ordered", rate="orders", retained="not_refunded"),
        replace(SHIPPED, zone="Pacific/Auckland", excluded=(), window_days=7),
    ],
    ids=["by order", "far from UTC"],
)
def test_other_choices_change_the_figures_as_they_say(
    warehouse: Make, engine: str, choices: Choices
) -> None:
    """Each definition that is offered is the one that the recomputation takes for it."""
    there = warehouse(engine)
    there.dbt.run("run", variables=choices.variables())
    assert differences(there, choices) == []


def test_a_build_after_changes_equals_one_from_nothing(warehouse: Make, engine: str) -> None:
    """Returns were added, moved and edited, units taken out: the second build is the truth.

    The history alone cannot be made anew: its first load is gone.
    """
    there = warehouse(engine)
    there.dbt.build(SHIPPED.variables())
    assert differences(there, SHIPPED) == []
    before = contents(there.dbt)
    account.change(there.shop, seed=ENGINES.index(engine))
    there.load()
    there.dbt.build(SHIPPED.variables())
    second = contents(there.dbt)
    assert second != before
    assert differences(there, SHIPPED) == []
    anew = replace(there.dbt, schema="anew")
    anew.build(SHIPPED.variables(), "--full-refresh")
    assert contents(anew) == second


def contents(dbt: Dbt) -> dict[str, Counter[str]]:
    """The rows of every mart but the history."""
    return {
        mart: Counter(str(row) for row in dbt.rows(f"select * from {dbt.schema}.{mart}"))
        for mart in truth.KEYS
        if mart != history.MART
    }
