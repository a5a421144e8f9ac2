"""Settings from environment variables, `TAP_LOOPRETURNS_<NAME>`.

The SDK parses them, but a number that is none ends in a traceback there. What it
cannot parse is passed on as text, and the settings' own check says what is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from singer_sdk.configuration._dict_config import parse_environment_config


def read(properties: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The settings that the environment (and a `.env` file) gives."""
    found: dict[str, Any] = {}
    for name, schema in properties.items():
        variable = prefix + name.upper()
        try:
            found |= parse_environment_config({"properties": {name: schema}}, prefix)
        except ValueError:
            found[name] = os.environ[variable]
    return found
