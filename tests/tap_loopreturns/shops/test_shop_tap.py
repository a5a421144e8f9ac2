"""One of many shops is read as if it was the only one, but for where it writes."""

from __future__ import annotations

from typing import Any

from tap_loopreturns.tap import TapLoopReturns
from tests.many_shops import served, settings
from tests.running import run_tap
from tests.running import settings as settings_of_one


def without_shop(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in record.items() if name not in {"shop", "last_seen_at"}}
        for record in records
    ]


def test_a_shop_gives_the_records_of_a_run_of_its_own_in_their_order() -> None:
    """In every stream; beside them there is the shop, and when a whole list was read."""
    with served({"north": 80}) as loops:
        alone = run_tap(settings_of_one(loops["north"]), select=["all"])
        many = run_tap(settings(loops), select=["all"])
    assert alone.streams == many.streams - {"full_table_reads"}
    for stream in alone.streams:
        assert without_shop(many.records(stream)) == alone.records(stream), stream


def test_a_stream_map_sees_the_shop() -> None:
    """It may keep it under another name, or leave shops out."""
    maps = {"returns": {"label": "shop + '-' + id", "__filter__": "shop != 'south'"}}
    with served({"north": 20, "south": 20}) as loops:
        records = run_tap(settings(loops, stream_maps=maps)).records("returns")
    assert len(records) == 20
    assert {record["label"] for record in records} == {f"north-{r['id']}" for r in records}


def test_a_column_that_is_not_selected_is_left_out_in_every_shop() -> None:
    """As of one shop."""
    with served({"north": 20, "south": 20}) as loops:
        catalog = TapLoopReturns(config=settings(loops)).catalog_dict
        for entry in catalog["streams"]:
            for place in entry["metadata"]:
                if place["breadcrumb"] == ["properties", "total"]:
                    place["metadata"]["selected"] = False
        records = run_tap(settings(loops), catalog=catalog).records("returns")
    assert {record["shop"] for record in records} == set(loops)
    assert not [record for record in records if "total" in record]


def test_the_defaults_that_meltano_gives_are_no_settings_of_all_shops() -> None:
    """Meltano hands on the default of each setting that has one, and the rest as nothing."""
    known = TapLoopReturns.known_settings()
    given = {name: one["default"] for name, one in known.items() if "default" in one}
    with served({"north": 20, "south": 20}) as loops:
        config = {**given, "events_shop": "", "api_key": None, **settings(loops)}
        assert len(run_tap(config).records("returns")) == 40


def test_a_shop_has_settings_of_its_own() -> None:
    """Here the states that are read."""
    with served({"north": 60, "south": 60}) as loops:
        config = settings(loops)
        config["shops"][0]["states"] = ["open"]
        records = run_tap(config).records("returns")
    assert {record["state"] for record in records if record["shop"] == "north"} == {"open"}
    assert len({record["state"] for record in records if record["shop"] == "south"}) > 2


def test_a_setting_that_is_wrong_for_one_shop_is_that_shops_failure() -> None:
    """The others are read."""
    with served({"north": 20, "south": 20}) as loops:
        config = settings(loops)
        config["shops"][0]["page_size"] = 0
        output = run_tap(config, fails=True)
    assert {record["shop"] for record in output.records("returns")} == {"south"}


def test_what_cannot_be_read_of_one_shop_is_that_shops_failure_and_all_else_counts() -> None:
    """A return without a date: the others of its shop are out, and so its STATE says."""
    with served({"north": 20, "south": 20}) as loops:
        shop = loops["north"].shop
        shop.garble_return(next(iter(shop.book)), updated_at=None)
        output = run_tap(settings(loops), fails=True)
    shops = [record["shop"] for record in output.records("returns")]
    assert (shops.count("north"), shops.count("south")) == (19, 20)
    assert "1 of 2 shops failed: north" in str(output.error)
