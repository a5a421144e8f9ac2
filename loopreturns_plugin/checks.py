"""Single settings: what each may be, and what is wrong with it, in words. Pure.

Meltano and the environment give numbers and truth values as text, so text that says
one is taken for it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from loop_returns.errors import SettingsError

_SHOWN = 40  # characters of a value that is wrong


def refuse_unknown(config: Iterable[str], known: Iterable[str]) -> None:
    """See to it that each setting's name is a known one.

    Raises:
        SettingsError: one is not; the message names the nearest one.
    """
    known = list(known)
    for name in config:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the settings are {', '.join(known)}."
            raise SettingsError(name, f"is not known; {hint}")


def with_defaults(config: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with the defaults of what it leaves out, or has as null.

    Args:
        config: Values by the names of settings.
        known: The JSON Schema of each setting, by its name.
    """
    given = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    return given | {name: value for name, value in config.items() if value is not None}


def one_of(given: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """A setting that is one of several words.

    Raises:
        SettingsError: it is none of them.
    """
    value = given.get(name)
    if value not in choices:
        raise SettingsError(
            name, f"accepts one of {', '.join(choices)}; not {str(value)[:_SHOWN]!r}."
        )
    return str(value)


def integer(given: Mapping[str, Any], name: str, least: int, most: int | None = None) -> int:
    """A setting that is a whole number from `least` to `most`.

    Raises:
        SettingsError: it is not.
    """
    value = given.get(name)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,15}\s*", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or value < least
        or (most and value > most)
    ):
        accepted = f"from {least} to {most}" if most else f"of {least} or more"
        raise SettingsError(
            name, f"accepts a whole number {accepted}; not {str(value)[:_SHOWN]!r}."
        )
    return value


def truth(given: Mapping[str, Any], name: str) -> bool:
    """A setting that is true or false.

    Raises:
        SettingsError: it is neither.
    """
    value = given.get(name)
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    if not isinstance(value, (bool, str)) or value not in known:
        raise SettingsError(name, f"accepts true or false; not {str(value)[:_SHOWN]!r}.")
    return known[value]


def words(given: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> list[str]:
    """A setting that is a list of some of several words, also as text with commas.

    Raises:
        SettingsError: it is none.
    """
    value = comma_separated(given.get(name))
    wants = f"accepts a list of {', '.join(choices)}"
    if not isinstance(value, list):
        raise SettingsError(name, f"{wants}.")
    for word in value:
        if word not in choices:
            raise SettingsError(name, f"{wants}; not {str(word)[:_SHOWN]!r}.")
    return value


def comma_separated(value: object) -> object:
    """Text with commas as a list; anything else as it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def share(given: Mapping[str, Any], name: str) -> float:
    """A setting that is a share, such as 10%; 0.1 then.

    Raises:
        SettingsError: it is none.
    """
    found = as_share(given.get(name))
    if found is None:
        raise SettingsError(name, "accepts a share, such as 10%.")
    return found


def as_share(value: object) -> float | None:
    """A share in a text, of 0% to 100%; None where it is none."""
    found = re.fullmatch(r"([0-9]{1,2}(?:\.[0-9]{1,4})?|100) ?%", str(value).strip())
    return float(found[1]) / 100 if found else None


def cart_tokens(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The tokens of carts, each once.

    Raises:
        SettingsError: one of them is none.
    """
    tokens = comma_separated(given["cart_tokens"])
    if not isinstance(tokens, list) or not all(
        isinstance(token, str) and re.fullmatch(r"(?!\.+$)[\w.~-]+", token) for token in tokens
    ):
        raise SettingsError("cart_tokens", "accepts a list of cart tokens.")
    return tuple(dict.fromkeys(tokens))
