"""How to reach an account: each wrong value is told in one line that says what is accepted."""

from __future__ import annotations

from typing import Any

import pytest

from loop_returns import times
from loop_returns.endpoints import VERSIONS
from loop_returns.errors import SettingsError
from loopreturns_plugin import checks
from loopreturns_plugin.connection import CONNECTION, Connection, check_connection

SECRET = "not-to-be-shown-0123456789"
KNOWN = {name: node for setting in CONNECTION.values() for name, node in setting.to_dict().items()}


def check(**config: Any) -> Connection:
    return check_connection(checks.with_defaults({"api_key": SECRET, **config}, KNOWN))


def refusal(**config: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        check(**config)
    return str(caught.value)


NO_NUMBERS: list[Any] = ["", "many", "1.5", 1.5, True, [1], {}, float("nan")]

WRONG: list[tuple[str, Any, str]] = [
    *(("requests_per_minute", value, "of 1 or more") for value in [0, -300, *NO_NUMBERS]),
    *(("retry_minutes", value, "of 0 or more") for value in [-1, *NO_NUMBERS]),
    *(("timeout_seconds", value, "of 1 or more") for value in [0, -1, *NO_NUMBERS]),
    *(("api_key", value, "API key") for value in ["", "  ", "\n", 5, True, [], {}]),
    *(("api_key", value, "no key has") for value in ["two words", "a\nb", "schlüssel", "a\x00b"]),
    *(
        ("api_url", value, "accepts a scheme and host")
        for value in ["", "api.loopreturns.com", "ftp://api.loopreturns.com", "https://", 5, []]
    ),
    *(
        ("api_url", value, "accepts a scheme and host")
        for value in [
            "https://user:secret@api.loopreturns.com",
            "https://api.loopreturns.com@evil.example",
            "https://api.loopreturns.com\\@evil.example",
            "https://exa mple.com",
            "https://host:99999",
            "https://host:port",
            "https://host:",
            "https://:443",
            "https://[::1",
            "https://h\u2100st",
            "//api.loopreturns.com",
        ]
    ),
    *(
        ("api_url", "https://api.loopreturns.com" + tail, "added by the tap")
        for tail in ["/api", "/api/2026-10/", "?x=1", "#x"]
    ),
    *(
        ("api_url", value, "must be https")
        for value in [
            "http://api.loopreturns.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
        ]
    ),
    *(
        ("api_version", value, "accepts one of 2026-10")
        for value in ["", "v2", "latest", "2026-11", 2026, [], True]
    ),
]


@pytest.mark.parametrize(
    ("name", "value", "wants"), WRONG, ids=[f"{name}={value!r:.40}" for name, value, _ in WRONG]
)
def test_a_wrong_value_is_told_in_one_line_that_says_what_is_accepted(
    name: str, value: Any, wants: str
) -> None:
    """It begins with the setting's name, and is no longer than can be read."""
    said = refusal(**{name: value})
    assert said.startswith(f"Setting '{name}' ")
    assert wants in said
    assert "\n" not in said
    assert len(said) < 300


def test_every_setting_of_the_connection_has_wrong_values_above() -> None:
    """A setting that is added is not forgotten here."""
    assert {name for name, _, _ in WRONG} == set(KNOWN)


@pytest.mark.parametrize(
    ("name", "value", "field", "meant"),
    [
        ("requests_per_minute", 1, "requests_per_minute", 1),
        ("requests_per_minute", 10**9, "requests_per_minute", 10**9),
        ("retry_minutes", 0, "patience", 0),
        ("retry_minutes", 600, "patience", 36_000),
        ("timeout_seconds", 1, "timeout", 1),
        ("timeout_seconds", 10**15, "timeout", times.DAY),
        ("api_key", f" {SECRET}\n", "api_key", SECRET),
        ("retry_minutes", None, "patience", 600),
    ],
)
def test_the_extremes_of_what_is_accepted_are_accepted(
    name: str, value: Any, field: str, meant: Any
) -> None:
    """Minutes become seconds, and no timeout is longer than a timer can run."""
    assert getattr(check(**{name: value}), field) == meant


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_accepted_and_v1_with_a_warning(version: str) -> None:
    """One clear line, for v1 alone."""
    warnings = check(api_version=version).warnings
    assert [w for w in warnings if "legacy alias of 2026-07" in w] == [*warnings]
    assert len(warnings) == (version == "v1")


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://api.loopreturns.com", "https://api.loopreturns.com"),
        ("https://api.loopreturns.com/", "https://api.loopreturns.com"),
        (" HTTPS://api.loopreturns.com ", "https://api.loopreturns.com"),
        ("https://proxy.internal:8443", "https://proxy.internal:8443"),
        ("http://localhost:8700", "http://localhost:8700"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("http://127.8.8.8", "http://127.8.8.8"),
        ("http://[::1]:8700", "http://[::1]:8700"),
    ],
)
def test_an_api_url_is_a_scheme_and_host_and_http_only_to_this_machine(
    url: str, meant: str
) -> None:
    """With a port, and a slash at its end."""
    assert check(api_url=url).api_url == meant


def test_the_client_is_as_the_settings_say() -> None:
    """Address, version, key, patience and timeout reach whoever asks; nothing is asked yet."""
    checked = check(api_url="http://127.0.0.1:9", retry_minutes=2, timeout_seconds=7)
    client = checked.client(user_agent="test", connections=3)
    try:
        account = client.account
        assert (account.url, account.version) == ("http://127.0.0.1:9", "2026-10")
        assert (account.key, account.patience, account.timeout) == (SECRET, 120, 7)
        assert client.requests == 0
    finally:
        client.close()


def test_the_key_is_not_shown() -> None:
    """Not by a connection's repr, and not by the line that refuses a key."""
    checked = check()
    for shown in (repr(checked), str(checked), f"{checked}"):
        assert SECRET not in shown
    assert SECRET not in refusal(api_key=f"{SECRET} {SECRET}")
