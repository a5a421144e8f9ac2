"""Rows of many shops: each shop's are acted on with its key, by a ledger of its own.

    {"type": "RECORD", "stream": "return_actions", "record": {"shop": "north", …}}

The whole input is read, and checked for all shops, before anything is asked of Loop.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from loop_returns.errors import InputRefused, LoopReturnsError, SettingsError, ShopsFailed
from loopreturns_plugin.shop_list import SHOPS, ShopEntry, read_shops
from target_loopreturns.actions import messages
from target_loopreturns.actions.messages import Input
from target_loopreturns.sending import open_ledger, places
from target_loopreturns.settings import CONFIG

_SHOWN = 10  # names of shops in a line
NO_PLAN = "is of one shop: run with its 'api_key', without 'shops'."
_FILES = ("ledger", "outcomes")
_OF_ONE_SHOP = frozenset(CONFIG["properties"]) - {*SHOPS, "api_key", "stream_map"}
Act = Callable[[ShopEntry, Input], bool]


@dataclass(slots=True)
class ShopsInput:
    """What was read: each shop's input, and the last STATE, which is of all."""

    of: dict[str, Input] = field(default_factory=dict)
    state: str | None = None


class _Record(msgspec.Struct):
    """As much of a message as tells whose it is."""

    type: str = ""
    record: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict)


_MESSAGES = msgspec.json.Decoder(_Record)


def read(
    lines: Iterable[str | bytes], names: Iterable[str], stream_map: Mapping[str, str]
) -> ShopsInput:
    """Read all messages, by the shop that their rows name.

    Args:
        lines: Singer messages; each record has a column `shop`.
        names: The shops that there are.
        stream_map: As of one shop.

    Raises:
        InputRefused: as for one shop; or a row names no shop, or one that there is not.
    """
    by_shop: dict[str, list[tuple[int, str | bytes]]] = {name: [] for name in names}
    others: list[tuple[int, str | bytes]] = []  # for every shop
    strange: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        shop = _shop_of(line, number)
        if shop is None:
            others.append((number, line))
        elif shop in by_shop:
            by_shop[shop].append((number, line))
        else:
            strange[shop] += 1
    if strange:
        raise InputRefused(_strange(strange))
    found = ShopsInput(state=messages.read_numbered(others, stream_map).state)
    for shop, own in by_shop.items():
        given = messages.read_numbered(sorted([*own, *others], key=_number), stream_map)
        found.of[shop] = replace(given, state=None)
    return found


def _number(line: tuple[int, str | bytes]) -> int:
    return line[0]


def _shop_of(line: str | bytes, number: int) -> str | None:
    """The shop of a record; None for another message, or what is none, which is told later."""
    try:
        message = _MESSAGES.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if message.type != "RECORD":
        return None
    column = next((name for name in message.record if name.lower() == "shop"), "")
    try:
        shop = msgspec.json.decode(message.record.get(column, b""))
    except msgspec.DecodeError:
        shop = None
    if not isinstance(shop, str) or not shop:
        raise InputRefused(
            f"Line {number}: the row has no 'shop'. With 'shops', each row says whose it is; "
            "nothing was done."
        )
    return shop


def _strange(rows: Counter[str]) -> str:
    named = ", ".join(sorted(rows)[:_SHOWN]) + (" …" if rows.keys() - sorted(rows)[:_SHOWN] else "")
    return (
        f"{rows.total():,} rows are of shops that 'shops' does not name: {named}. Add them, or "
        "take the rows out of the query; nothing was done."
    )


def entries(config: Mapping[str, Any]) -> list[ShopEntry]:
    """The shops that a configuration names, each with a ledger and outcomes of its own.

    Where their setting holds `{shop}`, its name stands there; else the files lie in a folder
    of its name, beside where those of one shop would.

    Raises:
        SettingsError: as `read_shops`; or all shops would share one database, or a plan is
            wanted.
    """
    return [_with_own_places(entry) for entry in read_shops(config, _OF_ONE_SHOP)]


def _with_own_places(entry: ShopEntry) -> ShopEntry:
    config = dict(entry.config)
    for name in ("plan", "approve"):
        if config.get(name):
            raise SettingsError(name, NO_PLAN)
    for name in _FILES:
        where = str(config.get(name) or CONFIG["properties"][name]["default"])
        config[name] = _own_place(name, where, entry.name)
    return replace(entry, config=config)


def _own_place(setting: str, where: str, shop: str) -> str:
    if "{shop}" in where:
        return where.replace("{shop}", shop)
    if open_ledger.is_url(where):
        raise SettingsError(
            setting,
            "names one database for all shops; put {shop} where its name differs by the shop, "
            "such as …/loop_{shop}.",
        )
    return str(Path(where).parent / shop / Path(where).name)


def _make_folders(entry: ShopEntry) -> None:
    """Make the folders of a shop's files, for their owner alone.

    Raises:
        SettingsError: they cannot be made.
    """
    for name in _FILES:
        where = str(entry.config[name])
        if open_ledger.is_url(where):
            continue
        places.make_home(str(Path(where).parent))
        try:
            Path(where).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(name, f"{where} cannot be made: {error.strerror}.") from None


def act(entries: Sequence[ShopEntry], given: ShopsInput, do: Act, log: logging.Logger) -> bool:
    """Act on each shop's rows, shop after shop; one that fails is told, and the others go on.

    A shop without rows is looked at only where it has a ledger: something may be open in it.

    Args:
        entries: The shops.
        given: What each is to have done.
        do: Acts for a shop; returns whether it was told to act.
        log: Where to tell which shop it is, and what failed.

    Returns:
        Whether every row was acted on.

    Raises:
        ShopsFailed: some of them failed.
    """
    acted = True
    failed: list[str] = []
    for entry in entries:
        own = given.of[entry.name]
        if not own.rows and not Path(str(entry.config["ledger"])).exists():
            continue
        log.info("%s:", entry.name)
        try:
            if entry.problem:
                raise SettingsError("shops", f"{entry.name}: {entry.problem}")
            _make_folders(entry)
            acted &= do(entry, own)
        except LoopReturnsError as error:
            failed.append(entry.name)
            log.error("%s: failed: %s", entry.name, error)  # noqa: TRY400  one line tells it
    if failed:
        more = f" and {len(failed) - _SHOWN:,} more" if failed[_SHOWN:] else ""
        raise ShopsFailed(
            f"{len(failed):,} of {len(entries):,} shops failed: {', '.join(failed[:_SHOWN])}"
            f"{more}. The log has the reason of each. The others' actions are done, and STATE is "
            "held back: give the rows again, and what is done is not done twice."
        )
    return acted
