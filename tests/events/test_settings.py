"""The receiver's settings: each wrong value is one line that names it and what it accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loopreturns_events import settings as settings_
from loopreturns_events.errors import SettingsError
from loopreturns_events.settings import Settings
from tests.events.receiving import command

GOOD: dict[str, Any] = {"store": "events.db", "shops": {"acme": {"secrets": ["s3cret"]}}}


def check(**more: Any) -> Settings:
    return settings_.check(GOOD | more)


def test_secrets_may_stand_in_the_environment_or_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As containers and systemd hand them over; a line's end in a file is no part of them."""
    (tmp_path / "one").write_text("from-file\n", "utf-8")
    monkeypatch.setenv("ONE_SECRET", "from-env")
    found = check(shops={"acme": {"secrets": ["plain", "env:ONE_SECRET", f"file:{tmp_path}/one"]}})
    assert found.shops["acme"].secrets == (b"plain", b"from-env", b"from-file")


def test_what_is_secret_is_not_shown() -> None:
    """Neither in the settings' text nor in that of a shop."""
    found = check(
        store="postgresql://u:pass-word@h/d",
        shops={"acme": {"secrets": ["s3cret"], "api_key": "k3y"}},
    )
    for word in ("s3cret", "k3y", "pass-word"):
        assert word not in f"{found} {found.shops}"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"store": ""}, "'store' is required"),
        ({"shops": {}}, "'shops' is required"),
        ({"shops": {"A B": {}}}, "'shops.A B' is no name"),
        ({"shops": {"acme": {"secret": "x"}}}, "'shops.acme.secret' is not known"),
        ({"shops": {"acme": {"secrets": "x"}}}, "'shops.acme.secrets' accepts a list"),
        ({"shops": {"acme": {"secrets": [""]}}}, "'shops.acme.secrets' is required"),
        ({"shops": {"acme": {"secrets": ["env:NOT_SET_1"]}}}, "NOT_SET_1, which is not set"),
        ({"shops": {"acme": {"secrets": ["file:/no/where"]}}}, "/no/where, which cannot be read"),
        ({"shops": {"acme": {"address": "http://example.com"}}}, "accepts an address with https"),
        ({"listen": "8787"}, "'listen' accepts a host and a port"),
        ({"retention_days": -1}, "'retention_days' accepts a number above 0"),
        ({"largest_body": True}, "'largest_body' accepts a number above 0"),
        ({"retention": 1}, "'retention' is not known"),
    ],
)
def test_a_wrong_value_is_told_by_its_name(more: dict[str, Any], told: str) -> None:
    """And what it accepts."""
    with pytest.raises(SettingsError) as caught:
        check(**more)
    assert told in str(caught.value)


def test_a_wrong_file_is_one_line_and_an_exit_code(tmp_path: Path) -> None:
    """No traceback, for no TOML and for no file."""
    path = tmp_path / "events.toml"
    for write in (lambda: path.write_text("store = [", "utf-8"), path.unlink):
        write()
        done = command(path, "status")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "Traceback" not in done.stderr
