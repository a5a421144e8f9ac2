"""The report: made from both warehouses, opened in a real browser, its figures the marts'."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.warehouses.analytics import account, loaded, report
from tests.warehouses.analytics.building import Dbt
from tests.warehouses.analytics.choices import Choices
from tests.warehouses.analytics.conftest import BuiltWarehouse
from tests.warehouses.analytics.prove import SHIPPED
from tests.warehouses.analytics.test_sources import NOTHING_ELSE, load

Make = Callable[[str], BuiltWarehouse]
Shown = dict[str, Any]


@pytest.fixture(scope="module")
def made(warehouse: Make, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Dbt]:
    """A report of the DuckDB file."""
    there = warehouse("duckdb")
    there.dbt.run("run", variables=SHIPPED.variables())
    file = tmp_path_factory.mktemp("report") / "report.html"
    done = report.command(there.dbt.connect, "--output", str(file))
    assert done.returncode == 0, done.stderr
    return file, there.dbt


@pytest.fixture(scope="module")
def seen(made: tuple[Path, Dbt], tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """What a browser has made of it."""
    programs = report.browser()
    if programs is None:
        pytest.skip("there is no Chromium with its driver on this machine")
    return report.look(made[0], tmp_path_factory.mktemp("pictures"), programs)


def test_nothing_outside_the_file_is_asked_for_and_nothing_goes_wrong(
    made: tuple[Path, Dbt], seen: Shown
) -> None:
    """The browser asks for the file itself alone, and its console stays empty."""
    assert set(seen["requests"]) == {made[0].as_uri()}
    assert seen["console"] == []
    assert seen["wider"] == {"desktop": 0, "phone": 0}


def test_cards_show_the_figures_of_the_marts_with_every_switch(
    made: tuple[Path, Dbt], seen: Shown
) -> None:
    """Each currency and period has its own figures, to the cent."""
    dbt = made[1]
    assert {key.split("|")[0] for key in seen["shown"]} == {"USD", "EUR", "JPY", "XXX"}
    for key, shown in seen["shown"].items():
        currency, days = key.split("|")
        meant = totals(dbt, currency, int(days))
        assert number(shown["cards"]["card_returns"]) == Decimal(meant["returns"])
        for card, column in (
            ("returned", "returned_amount"), ("refunded", "refund_amount"),
            ("kept", "retained_amount"), ("upsell", "upsell_amount"),
            ("shipping", "net_shipping_amount"),
        ):  # fmt: skip
            exact = Decimal(meant[column] or 0)
            places = Decimal(1) if currency == "JPY" else Decimal("0.01")
            assert abs(number(shown["cards"][f"card_{card}"]) - exact) <= places / 2, (key, card)
    dollars = [str(shown["cards"]) for key, shown in seen["shown"].items() if "USD" in key]
    assert len(set(dollars)) == len(dollars) == 4


def test_tables_show_the_rows_of_the_marts(made: tuple[Path, Dbt], seen: Shown) -> None:
    """Reasons with their units, and exchanges by what they were for, as the marts have them."""
    dbt = made[1]
    shown = seen["shown"]["USD|0"]["tables"]
    units = {
        row["reason"]: row["units"]
        for row in dbt.rows(
            "select case when parent_reason = 'Not given' then reason "
            "else parent_reason || ': ' || reason end as reason, "
            "cast(sum(units) as bigint) as units "
            "from analytics.loop__return_reasons where currency = 'USD' group by 1"
        )
    }
    assert {row[0]: str(number(row[1])) for row in shown["reason_table"]} == units
    items = {
        str(row["exchanged_for"]).capitalize(): row["items"]
        for row in dbt.rows(
            "select exchanged_for, count(*) as items from analytics.loop__exchanges "
            "where is_counted and currency = 'USD' group by 1"
        )
    }
    assert {row[0]: str(number(row[1])) for row in shown["exchanges"]} == items
    assert all(seen["shown"]["USD|0"]["marks"].values())


def test_tables_sort_by_a_click_on_their_heading(seen: Shown) -> None:
    """The first click puts the most on top, the second the least."""
    once, twice = ([number(text) for text in seen["sorted"][name]] for name in ("once", "twice"))
    assert once == sorted(once, reverse=True)
    assert twice == sorted(twice)
    assert once != twice


def test_charts_tell_what_a_bar_stands_for(seen: Shown) -> None:
    """Hovering shows the figure."""
    assert re.search(r"Returns\s+[\d,]+", seen["hover"])


def test_a_report_of_postgres_has_the_same_figures(
    warehouse: Make, made: tuple[Path, Dbt], tmp_path: Path
) -> None:
    """The same account in the other warehouse makes the same file, but for when it was made."""
    there = warehouse("postgres")
    there.dbt.run("run", variables=SHIPPED.variables())
    server = there.to.server  # type: ignore[union-attr]
    address = f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"
    file = tmp_path / "report.html"
    done = report.command(address, "--output", str(file))
    assert done.returncode == 0, done.stderr
    found, meant = (
        re.sub(r'"made_at":"[^"]*"', "", path.read_text("utf-8")) for path in (file, made[0])
    )
    assert found == meant


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.duckdb",), "there is no file nowhere.duckdb"),
        (("pyproject.toml",), "pyproject.toml cannot be opened as a DuckDB file"),
        (("postgresql://who:secret@127.0.0.1:9/none",), "postgresql://127.0.0.1:9/none cannot be"),
    ],
)
def test_a_warehouse_that_is_none_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    """No traceback, no password, and exit code 1."""
    done = report.command(*arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_a_mart_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Tables that dbt has not built yet: the line says to build them."""
    dbt = load(tmp_path, account.seeded(5, orders=False), "returns", "return_line_items")
    done = report.command(dbt.connect)
    assert done.returncode == 1
    assert "there is no loop__definitions in the schema analytics" in done.stderr
    assert "run `dbt build`" in done.stderr


def test_an_account_with_returns_alone_has_a_report(tmp_path: Path) -> None:
    """What is switched off is left out of the page."""
    dbt = load(tmp_path, account.seeded(60, orders=False), "returns", "return_line_items")
    dbt.run("run", variables=Choices(using=NOTHING_ELSE, more=loaded.OFF).variables())
    file = tmp_path / "report.html"
    done = report.command(dbt.connect, "--output", str(file))
    assert done.returncode == 0, done.stderr
    assert '"under_way":false' in file.read_text("utf-8")
    assert "In the last 12 months" in done.stdout


def totals(dbt: Dbt, currency: str, days: int) -> dict[str, Any]:
    """The sums of the days that a period covers; days is 0 for all."""
    (last,) = dbt.rows("select max(date_day) as d from analytics.loop__returns where is_counted")
    end = date.fromisoformat(str(last["d"]))
    when = f"and date_day > date '{end - timedelta(days=days)}'" if days else ""
    columns = ("returned_amount", "refund_amount", "retained_amount", "upsell_amount")
    sums = ", ".join(f"sum({name}) as {name}" for name in (*columns, "net_shipping_amount"))
    (row,) = dbt.rows(
        f"select cast(sum(returns) as bigint) as returns, {sums} "
        f"from analytics.loop__returns_by_day where currency = '{currency}' {when}"
    )
    return row


def number(text: str) -> Decimal:
    """The number in what is shown."""
    return Decimal(re.sub(r"[^\d.\-]", "", text))
