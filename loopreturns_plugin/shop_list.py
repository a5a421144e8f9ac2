"""Which shops there are: the settings `shops`, `shops_file` and `shard`, checked.

    shops:
    - {name: north, api_key_env: NORTH_KEY}
    - {name: south, api_key_file: /run/secrets/south, start_date: 2025-01-01}

A file holds the same list: as JSON, as JSON lines, or as CSV whose header names the settings.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from singer_sdk import typing as th

from loop_returns.errors import SettingsError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
_KEYS = ("api_key", "api_key_env", "api_key_file")
_SHARD = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")
_SHOWN = 40  # characters of a name that is wrong

_SETTINGS: tuple[th.Property[Any], ...] = (
    th.Property(
        "shops",
        th.ArrayType(th.ObjectType(additional_properties=True)),
        secret=True,
        title="Shops",
        description="Many shops instead of one: a list of objects, each with a name, its key "
        "(api_key, or api_key_env or api_key_file: the variable or file that holds it) and any "
        "settings of its own. Every record then carries its shop. See docs/shops.md.",
    ),
    th.Property(
        "shops_file",
        th.StringType,
        title="Shops file",
        description="A file with the list of shops: JSON, JSON lines or CSV.",
    ),
    th.Property(
        "shard",
        th.StringType,
        title="Shard",
        description="Only a part of the shops, such as 2/5: the second of five parts, by name.",
    ),
)
SHOPS: Mapping[str, th.Property[Any]] = {setting.name: setting for setting in _SETTINGS}
"""The settings by their names; a plugin lists them among its own."""
LISTS = (SHOPS["shops"], SHOPS["shops_file"])
"""Those that name the shops."""


@dataclass(frozen=True, slots=True)
class ShopEntry:
    """A shop of the list: its name, and the configuration that it is read by.

    `problem` says why its key cannot be had, if so: the shop fails, the others are read.
    """

    name: str
    config: Mapping[str, Any]
    problem: str | None = None

    def __repr__(self) -> str:
        return f"ShopEntry({self.name})"


def has_shops(config: Mapping[str, Any]) -> bool:
    """Whether a configuration names many shops rather than one."""
    return bool(config.get("shops") is not None or config.get("shops_file"))


def read_shops(
    config: Mapping[str, Any], own: Collection[str], *, environ: Mapping[str, str] | None = None
) -> list[ShopEntry]:
    """The shops that a configuration names, of its shard, each with all settings that it has.

    Args:
        config: The configuration; it has `shops` or `shops_file`.
        own: The settings that a shop may have for itself.
        environ: Where `api_key_env` is looked up; the process's own if None.

    Raises:
        SettingsError: the list cannot be read, an entry is wrong, or two have the same name or
            key; the message names the shop, never a key.
    """
    if config.get("api_key"):
        raise SettingsError("api_key", "is not used with 'shops': give each shop its own.")
    shared = {name: value for name, value in config.items() if name not in {*SHOPS, "api_key"}}
    keys = os.environ if environ is None else environ
    shops: list[ShopEntry] = []
    for place, given in enumerate(_entries(config), 1):
        name = _name(given, place)
        for setting in given:
            if setting not in {"name", *_KEYS, *own}:
                raise SettingsError("shops", f"{name}: has no setting '{str(setting)[:_SHOWN]}'.")
        mine = {key: value for key, value in given.items() if key not in {"name", *_KEYS}}
        mine = {key: value for key, value in mine.items() if value not in (None, "")}
        key, problem = _key(name, given, keys)
        shops.append(ShopEntry(name, {**shared, **mine, "api_key": key}, problem))
    _refuse_twins(shops)
    return [shop for shop in shops if _is_in(config.get("shard"), shop.name)]


def _entries(config: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if config.get("shops") is not None and config.get("shops_file"):
        raise SettingsError("shops_file", "and 'shops' are both given; give one of them.")
    if config.get("shops") is None:
        setting, found = "shops_file", _in_file(str(config["shops_file"]))
    else:
        setting, found = "shops", config["shops"]
        if isinstance(found, str):
            found = _parsed("shops", found)
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise SettingsError(setting, "accepts a list of objects, each with a name and a key.")
    if not found:
        raise SettingsError(setting, "names no shop.")
    return found


def _in_file(path: str) -> Any:
    try:
        text = Path(path).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("shops_file", "accepts a file in UTF-8.") from None
    except OSError as error:
        raise SettingsError("shops_file", f"cannot be read: {error.strerror}.") from None
    if text.lstrip().startswith("["):
        return _parsed("shops_file", text)
    if text.lstrip().startswith("{"):
        return [_parsed("shops_file", line) for line in text.splitlines() if line.strip()]
    return [
        {name.strip(): value.strip() for name, value in row.items() if name and value}
        for row in csv.DictReader(io.StringIO(text), skipinitialspace=True)
    ]


def _parsed(setting: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        # The text itself may hold keys, so only its place is told.
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise SettingsError(setting, f"is not JSON{where}.") from None


def _name(given: Mapping[str, Any], place: int) -> str:
    name = given.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        shown = f"'{name[:_SHOWN]}'" if isinstance(name, str) and name else "none"
        raise SettingsError(
            "shops",
            f"shop {place}: its name is {shown}; it takes letters, digits, '.', '_' and '-', 48 "
            "at most.",
        )
    return name


def _key(name: str, given: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[Any, str | None]:
    """A shop's key, or why it cannot be had."""
    ways = [way for way in _KEYS if given.get(way)]
    if len(ways) != 1:
        many = "several of" if ways else "none of"
        raise SettingsError("shops", f"{name}: has {many} {', '.join(_KEYS)}; give one.")
    way, value = ways[0], given[ways[0]]
    if way == "api_key":
        return value, None
    if way == "api_key_env":
        key = environ.get(str(value))
        return (key, None) if key else ("", f"variable {value}, for its key, is not set.")
    try:
        key = Path(str(value)).read_text("utf-8").strip()
    except (OSError, ValueError):
        return "", f"file {value}, for its key, cannot be read."
    return (key, None) if key else ("", f"file {value}, for its key, is empty.")


def _refuse_twins(shops: Iterable[ShopEntry]) -> None:
    names: set[str] = set()
    keys: dict[str, str] = {}
    for shop in shops:
        if shop.name.lower() in names:
            raise SettingsError("shops", f"{shop.name}: is named twice.")
        names.add(shop.name.lower())
        key = str(shop.config["api_key"]).strip()
        if key and key in keys:
            raise SettingsError("shops", f"{shop.name}: has the same key as {keys[key]}.")
        keys[key] = shop.name


def _is_in(shard: object, name: str) -> bool:
    """Whether a shop belongs to a part; a name's part depends on nothing but the name."""
    if shard is None or shard == "":
        return True
    found = _SHARD.fullmatch(str(shard).strip())
    if not found or int(found[1]) > int(found[2]):
        raise SettingsError("shard", "accepts a part of a whole, such as 2/5, from 1/5 to 5/5.")
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return number % int(found[2]) == int(found[1]) - 1
