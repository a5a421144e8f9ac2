"""What the receiver is told, from a TOML file; every wrong value is one line that names it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from loopreturns_events.errors import SettingsError

T = TypeVar("T", int, float)
_SHOP = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """One shop: the secrets that Loop may sign with, and its account for the subscriptions."""

    name: str
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    address: str = ""
    """Where Loop reaches this shop's address from outside."""
    api_key: str = field(default="", repr=False)
    api_url: str = "https://api.loopreturns.com"


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings; times in seconds unless their name says otherwise."""

    store: str = field(repr=False)
    shops: Mapping[str, ShopSettings]
    listen: str = "127.0.0.1:8787"
    retention_days: float = 30
    """How long an event is kept after every reader has confirmed it."""
    largest_body: int = 1024 * 1024
    """Bytes; a return of 200 line items takes about 150,000."""
    body_seconds: float = 10
    """How long a request may take to arrive."""
    answer_seconds: float = 5
    """How long the store may take before Loop is asked to come again."""
    connections: int = 1000
    waiting_bytes: int = 64 * 1024 * 1024
    """Bodies in memory, of all senders together."""
    aside_bytes: int = 64 * 1024 * 1024
    """Kept aside of each shop."""
    aside_per_minute: float = 3000
    """Deliveries kept aside of each shop."""
    aside_days: float = 30

    def shop(self, name: str) -> ShopSettings:
        """A shop by its name.

        Raises:
            SettingsError: there is none of that name.
        """
        if name not in self.shops:
            raise SettingsError("--shop", f"accepts one of {', '.join(sorted(self.shops))}.")
        return self.shops[name]

    @property
    def host(self) -> str:
        """The address to listen at."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen at; 0 takes a free one."""
        return int(self.listen.rpartition(":")[2])


def read(path: str) -> Settings:
    """The settings in a file.

    Raises:
        SettingsError: it is no TOML, or a value in it cannot be used.
        OSError: it cannot be read.
    """
    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("--config", f"accepts a file with TOML: {error}") from None
    return check(found)


def check(found: Mapping[str, Any]) -> Settings:
    """Settings that can be used.

    Raises:
        SettingsError: one cannot.
    """
    known = {one.name for one in fields(Settings)}
    for name in found:
        if name not in known:
            raise SettingsError(name, f"is not known; there are {', '.join(sorted(known))}.")
    if not isinstance(found.get("shops"), dict) or not found["shops"]:
        raise SettingsError("shops", "is required: a table [shops.NAME] for each shop.")
    numbers = {
        one.name: _number(one.name, found[one.name], one.default)
        for one in fields(Settings)
        if one.name in found and isinstance(one.default, int | float)
    }
    return Settings(
        store=_text("store", found.get("store")),
        shops={name: _shop(name, given) for name, given in found["shops"].items()},
        listen=_listen(found.get("listen", "127.0.0.1:8787")),
        **numbers,  # type: ignore[arg-type]  # each of its own field's type
    )


def _shop(name: str, given: Any) -> ShopSettings:
    where = f"shops.{name}"
    if not _SHOP.fullmatch(name):
        raise SettingsError(where, "is no name: 1 to 64 of a-z, 0-9, '.', '_' and '-'.")
    if not isinstance(given, dict):
        raise SettingsError(where, f"accepts a table [{where}].")
    known = {one.name for one in fields(ShopSettings)} - {"name"}
    for key in given:
        if key not in known:
            raise SettingsError(f"{where}.{key}", f"is not known; there are {', '.join(known)}.")
    secrets = given.get("secrets", [])
    if not isinstance(secrets, list):
        raise SettingsError(f"{where}.secrets", "accepts a list, such as ['env:LOOP_SECRET'].")
    return ShopSettings(
        name,
        tuple(_text(f"{where}.secrets", secret).encode() for secret in secrets),
        _url(f"{where}.address", given.get("address", "")),
        _text(f"{where}.api_key", given["api_key"]) if "api_key" in given else "",
        _url(f"{where}.api_url", given.get("api_url", "https://api.loopreturns.com")).rstrip("/"),
    )


def _text(name: str, given: Any) -> str:
    """A text, which may stand in the environment or in a file instead."""
    if not isinstance(given, str) or not given:
        raise SettingsError(name, "is required, as a text.")
    kind, _, rest = given.partition(":")
    text: str = given
    if kind == "env":
        text = os.environ.get(rest, "")
        if not text:
            raise SettingsError(name, f"names the environment variable {rest}, which is not set.")
    elif kind == "file":
        try:
            text = Path(rest).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(name, f"names the file {rest}, which cannot be read.") from None
        if not text:
            raise SettingsError(name, f"names the file {rest}, which is empty.")
    return text


def _number(name: str, given: Any, default: T) -> T:
    """A number above 0 of the default's type."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1e12:  # noqa: PLR2004
        raise SettingsError(name, "accepts a number above 0.")
    return type(default)(given)


def _listen(given: Any) -> str:
    if not isinstance(given, str) or not re.fullmatch(r".+:\d{1,5}", given):
        raise SettingsError("listen", "accepts a host and a port, such as 127.0.0.1:8787.")
    return given


def _url(name: str, given: Any) -> str:
    if not isinstance(given, str):
        raise SettingsError(name, "accepts an address, such as https://events.example.com/acme.")
    found = urlsplit(given)
    if given and not (
        found.hostname
        and (found.scheme == "https" or (found.scheme == "http" and found.hostname in _LOOPBACK))
    ):
        raise SettingsError(name, "accepts an address with https, unless it is this machine's.")
    return given
