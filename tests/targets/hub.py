"""The plugin definition in `meltano/`, made from what the tap says of itself.

``python -m tests.targets.hub`` writes it anew; a test sees to it that it is
never behind. The same file serves ``meltano add --from-ref`` and MeltanoHub.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import yaml

from tap_loopreturns.options import VERSIONS
from tests.targets import pipe, venvs

PATH = venvs.ROOT / "meltano" / "tap-loopreturns.yml"
REPOSITORY = "https://github.com/tap-loopreturns/tap-loopreturns"
_OPTIONS = {
    "api_version": VERSIONS,
    "on_missing_scope": ("fail", "skip"),
    "pii": ("keep", "hash", "drop"),
}
_DATES = ("start_date", "end_date")
_HEAD = f"""\
# Made by `python -m tests.targets.hub` from the tap's own settings; not to be edited by hand.
# meltano add --plugin-type extractor --from-ref \\
#   {REPOSITORY}/raw/main/meltano/tap-loopreturns.yml tap-loopreturns
"""


def about() -> dict[str, Any]:
    """What the tap says of itself."""
    done = subprocess.run(
        [*pipe.TAP, "--about", "--format=json"],
        check=True,
        capture_output=True,
        text=True,
        cwd=venvs.ROOT,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def definition() -> dict[str, Any]:
    """The definition as it ought to be."""
    said = about()
    schema = said["settings"]
    return {
        "name": "tap-loopreturns",
        "variant": "tap-loopreturns",
        "label": "Loop Returns",
        "namespace": "tap_loopreturns",
        "description": said["description"],
        "docs": "https://hub.meltano.com/extractors/tap-loopreturns--tap-loopreturns",
        "domain_url": "https://www.loopreturns.com/",
        "repo": REPOSITORY,
        "pip_url": "tap-loopreturns",
        "executable": "tap-loopreturns",
        "logo_url": "/assets/logos/extractors/loopreturns.png",
        "maintenance_status": "beta",
        "keywords": ["api", "meltano_sdk", "returns", "e-commerce", "shopify"],
        "capabilities": sorted(said["capabilities"]),
        "prereq": "An API key of your Loop account: in Loop's admin, Settings > Developers. The "
        "table of streams in the README says which scopes it needs.",
        "settings_preamble": "Only `api_key` is needed. Without `start_date` the first sync begins "
        "two years back.",
        "settings_group_validation": [[name] for name in schema.get("required", [])],
        "settings": [_setting(name, node) for name, node in schema["properties"].items()],
        "next_steps": "`meltano config test tap-loopreturns` tells for each stream whether the key "
        "may read it.",
        "usage": "Streams that cost a request for each return, and the shop's own objects, are off "
        "by default; select them, for example with "
        "`meltano select tap-loopreturns return_notes '*'`.",
    }


def text() -> str:
    """The file's content."""
    body: str = yaml.safe_dump(definition(), sort_keys=False, allow_unicode=True, width=96)
    return _HEAD + body


def _setting(name: str, node: dict[str, Any]) -> dict[str, Any]:
    found = {"name": name, "label": node["title"], "kind": _kind(name, node)}
    if node.get("secret"):
        found["sensitive"] = True
    if name in _OPTIONS:
        found["options"] = [{"label": one, "value": one} for one in _OPTIONS[name]]
    if "default" in node:
        found["value"] = node["default"]
    return {**found, "description": node.get("description", node["title"])}


def _kind(name: str, node: dict[str, Any]) -> str:
    if name in _OPTIONS:
        return "options"
    if name in _DATES:
        return "date_iso8601"
    kinds: str | list[str] = node["type"]
    return next(kind for kind in kinds if kind != "null") if isinstance(kinds, list) else kinds


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(text(), "utf-8")
    sys.stdout.write(f"{PATH}\n")
