"""Files given on the command line: each a JSON object in UTF-8, or one line that says which is not.

The SDK reads them without a look, and ends in a traceback where they are of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import simplejson

from loop_returns.errors import SettingsError


def read(option: str, path: str) -> dict[str, Any]:
    """The object in a file.

    Raises:
        SettingsError: it holds something else.
        click.BadParameter: there is no such file.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise click.BadParameter(f"there is no file {path}", param_hint=option) from None
    except OSError as error:
        raise SettingsError(
            option, f"names {path}, which cannot be read: {error.strerror}."
        ) from None
    return parse(option, content)


def parse(option: str, content: bytes) -> dict[str, Any]:
    """The object in a file's content; a mark of its encoding is passed over.

    Raises:
        SettingsError: it holds something else.
    """
    try:
        found = simplejson.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError):
        found = None
    except simplejson.JSONDecodeError as error:
        raise SettingsError(option, f"accepts a file with JSON; this one is not: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(option, "accepts a file with a JSON object, in UTF-8.")
    return found


def configuration(paths: Iterable[str]) -> dict[str, Any]:
    """The settings in several files, of which the later ones win; ENV is not a file."""
    config: dict[str, Any] = {}
    for path in paths:
        if path != "ENV":
            config |= read("--config", path)
    return config
