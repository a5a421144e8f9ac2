"""The list of shops: where it comes from, and what is wrong with one in a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loop_returns.errors import SettingsError
from loopreturns_plugin.shop_list import has_shops, read_shops

OWN = {"start_date", "api_url"}


def test_each_shop_has_the_common_settings_and_its_own() -> None:
    """Its own ones win."""
    config = {
        "start_date": "2024-01-01",
        "api_url": "https://a",
        "shops": [
            {"name": "north", "api_key": "k1"},
            {"name": "south", "api_key": "k2", "start_date": "2025-01-01"},
        ],
    }
    north, south = read_shops(config, OWN)
    assert north.config == {"start_date": "2024-01-01", "api_url": "https://a", "api_key": "k1"}
    assert south.config == {"start_date": "2025-01-01", "api_url": "https://a", "api_key": "k2"}
    assert "k1" not in repr(north)


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "north", "api_key": "k1"}, {"name": "south", "api_key_env": "SOUTH"}]',
        '{"name": "north", "api_key": "k1"}\n{"name": "south", "api_key_env": "SOUTH"}\n',
        "\ufeffname,api_key,api_key_env\nnorth,k1,\nsouth, ,SOUTH\n",
    ],
)
def test_a_file_is_json_lines_of_it_or_csv(text: str, tmp_path: Path) -> None:
    """All three say the same."""
    path = tmp_path / "shops"
    path.write_text(text, "utf-8")
    config = {"shops_file": str(path)}
    assert has_shops(config)
    shops = read_shops(config, OWN, environ={"SOUTH": "k2"})
    assert [(shop.name, shop.config["api_key"]) for shop in shops] == [
        ("north", "k1"),
        ("south", "k2"),
    ]


def test_a_key_that_cannot_be_had_is_that_shops_trouble(tmp_path: Path) -> None:
    """The others can be read; a file's key is without the line break at its end."""
    (tmp_path / "key").write_text("k3\n", "utf-8")
    given = [
        {"name": "a", "api_key_env": "UNSET"},
        {"name": "b", "api_key_file": str(tmp_path / "none")},
        {"name": "c", "api_key_file": str(tmp_path / "key")},
    ]
    a, b, c = read_shops({"shops": given}, OWN, environ={})
    assert a.problem == "variable UNSET, for its key, is not set."
    assert b.problem
    assert c.problem is None
    assert c.config["api_key"] == "k3"


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"shops": []}, "names no shop"),
        ({"shops": "secret"}, "is not JSON"),
        ({"shops": ["north"]}, "a list of objects"),
        ({"shops": [{"api_key": "secret"}]}, "shop 1: its name is none"),
        ({"shops": [{"name": "a b", "api_key": "secret"}]}, "'a b'"),
        ({"shops": [{"name": "a"}]}, "a: has none of api_key, api_key_env, api_key_file"),
        ({"shops": [{"name": "a", "api_key": "secret", "api_key_env": "B"}]}, "several of"),
        ({"shops": [{"name": "a", "api_key": "secret", "key": "x"}]}, "has no setting 'key'"),
        ({"shops": [{"name": n, "api_key": n} for n in ("a", "A")]}, "A: is named twice"),
        ({"shops": [{"name": n, "api_key": "secret"} for n in "ab"]}, "b: has the same key as a"),
        ({"shops": [], "shops_file": "x"}, "both given"),
        ({"shops_file": "/no/such/file"}, "cannot be read"),
        ({"api_key": "secret", "shops": [{"name": "a", "api_key": "k"}]}, "give each shop its own"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(config: dict[str, Any], line: str) -> None:
    """It names the shop, never a key."""
    with pytest.raises(SettingsError, match="Setting") as trouble:
        read_shops(config, OWN)
    assert line in str(trouble.value)
    assert "secret" not in str(trouble.value)


def test_parts_hold_each_shop_once_whatever_others_there_are() -> None:
    """A shop's part depends on its name alone, so that one more shop moves no other."""
    given = [{"name": f"shop-{n}", "api_key": f"k{n}"} for n in range(200)]
    parts = [
        {shop.name for shop in read_shops({"shops": given, "shard": f"{n}/5"}, OWN)}
        for n in range(1, 6)
    ]
    assert sorted(name for part in parts for name in part) == sorted(s["name"] for s in given)
    assert all(20 < len(part) < 60 for part in parts)
    fewer = {shop.name for shop in read_shops({"shops": given[50:], "shard": "2/5"}, OWN)}
    assert fewer == parts[1] & {shop["name"] for shop in given[50:]}
    for wrong in ("0/5", "6/5", "a", 2):
        with pytest.raises(SettingsError, match="shard"):
            read_shops({"shops": given, "shard": wrong}, OWN)


def test_text_from_the_environment_is_json() -> None:
    """As Meltano hands lists over."""
    text = json.dumps([{"name": "north", "api_key": "k1"}])
    assert [shop.name for shop in read_shops({"shops": text}, OWN)] == ["north"]
