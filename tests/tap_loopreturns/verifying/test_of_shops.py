"""A warehouse's file that holds many shops is taken apart by them."""

from __future__ import annotations

import io

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.verifying import of_shops


@pytest.mark.parametrize(
    "text",
    [
        "SHOP,ID\nnorth,1\nsouth,2\nnorth,3\n",
        "\ufeffid, shop\n1,north\n2,south\n\n3,north\n",
        '{"shop": "north", "id": 1}\n{"SHOP": "south", "id": 2}\n\n{"id": 3, "shop": "north"}',
    ],
)
def test_each_line_is_in_the_part_of_its_shop_alone(text: str) -> None:
    """Of CSV, each part has the header, too."""
    parts = of_shops.split(io.StringIO(text, newline=""))
    assert set(parts) == {"north", "south"}
    assert ("1" in parts["north"], "3" in parts["north"], "2" in parts["north"]) == (
        True,
        True,
        False,
    )
    assert "2" in parts["south"]


@pytest.mark.parametrize("text", ["id\n1\n", '{"id": 1}', "", '{"id": 1}\n{broken'])
def test_a_file_that_does_not_say_whose_its_rows_are_is_refused(text: str) -> None:
    """Taken for any shop's, they would look equal, or missing."""
    with pytest.raises(SettingsError, match="--against"):
        of_shops.split(io.StringIO(text))


def test_shops_of_the_file_that_are_not_compared_are_told() -> None:
    """Else their rows would seem to have been looked at."""
    assert not of_shops.strange(["north"], ["north", "south"])
    assert "1 shops that are not compared" in of_shops.strange(["north", "east"], ["north"])
