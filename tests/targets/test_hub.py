"""The plugin definition: up to date, complete for MeltanoHub, and enough for `meltano add`."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.targets import account, hub, meant, venvs
from tests.targets.meltano import meltano, start

# What MeltanoHub's schema of extractors allows.
CAPABILITIES = {
    "properties", "catalog", "discover", "state", "about", "stream-maps", "schema-flattening",
    "activate-version", "batch", "test", "log-based", "structured-logging",
}  # fmt: skip
KINDS = {
    "string", "integer", "boolean", "array", "object", "options", "date_iso8601", "email", "file",
    "password", "oauth", "hidden",
}  # fmt: skip


def test_the_definition_is_what_the_tap_says_of_itself() -> None:
    """`python -m tests.targets.hub` writes it anew."""
    assert hub.PATH.read_text("utf-8") == hub.text()


def test_the_definition_is_complete_for_meltanohub() -> None:
    found = yaml.safe_load(hub.PATH.read_text("utf-8"))
    for name in ("name", "namespace", "variant", "label", "description", "docs", "domain_url",
                 "repo", "pip_url", "executable", "logo_url", "keywords", "maintenance_status",
                 "settings_group_validation", "prereq", "next_steps", "usage"):  # fmt: skip
        assert found[name], name
    assert set(found["capabilities"]) <= CAPABILITIES
    assert found["settings_group_validation"] == [["api_key"]]
    for setting in found["settings"]:
        assert setting["kind"] in KINDS, setting
        assert setting["label"], setting
        assert setting["description"], setting
    sensitive = {setting["name"] for setting in found["settings"] if setting.get("sensitive")}
    assert sensitive == {"api_key", "pii_hash_key"}


def test_one_command_adds_the_tap_to_a_project_and_three_settings_make_it_run(
    tmp_path: Path,
) -> None:
    start(tmp_path, {})
    # What is released stands on an index; here it is this checkout.
    text = hub.PATH.read_text("utf-8")
    local = tmp_path / "tap-loopreturns.yml"
    local.write_text(text.replace("pip_url: tap-loopreturns", f"pip_url: -e {venvs.ROOT}"), "utf-8")
    added = meltano(
        "add", "--plugin-type", "extractor", "--from-ref", str(local), "tap-loopreturns",
        project=tmp_path,
    )  # fmt: skip
    assert added.returncode == 0, added.stdout + added.stderr
    shop = account.usual(30)
    with account.served(shop) as loop:
        given = {
            "TAP_LOOPRETURNS_API_KEY": account.KEY,
            "TAP_LOOPRETURNS_API_URL": loop.url,
            "TAP_LOOPRETURNS_START_DATE": "2024-01-01",
        }
        done = meltano("invoke", "tap-loopreturns", project=tmp_path, environ=given)
    assert done.returncode == 0, done.stderr
    for row in meant.rows(shop, "returns"):
        assert f'"id":"{row["id"]}"' in done.stdout
