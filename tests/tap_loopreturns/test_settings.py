"""Settings: each wrong value is told in one line that names the setting and what it accepts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns import times
from loop_returns.endpoints import STATES
from loop_returns.errors import SettingsError
from loopreturns_plugin.connection import CONNECTION
from loopreturns_plugin.shop_list import SHOPS
from mock_loop import Loop
from tap_loopreturns import settings as settings_
from tap_loopreturns.settings import CONFIG, TapSettings
from tap_loopreturns.tap import TapLoopReturns
from tests.running import run_tap

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KNOWN = CONFIG.to_dict()["properties"]
SECRET = "not-to-be-shown-0123456789"


def check(**config: Any) -> TapSettings:
    return settings_.check({"api_key": SECRET, **config}, now=NOW, known=KNOWN)


def refusal(**config: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        check(**config)
    return str(caught.value)


FROM_ZERO = "lookback_hours trailing_days late_notice_requests deep_reading_days "
FROM_ZERO += "stop_after_seconds notes_lookback_days reconcile_hours"
NUMBERS: dict[str, tuple[str, list[int]]] = {
    "page_size": ("from 1 to 750", [0, 751, -1]),
    "concurrency": ("from 1 to 16", [0, 17, 10**30]),
    **dict.fromkeys(FROM_ZERO.split(), ("of 0 or more", [-1])),
    "shops_concurrency": ("from 1 to 256", [0, 257]),
}
NO_NUMBERS: list[Any] = ["", "many", "1.5", 1.5, "1e2", "0x10", True, False, [1], {}, "9" * 5000]
CHOICES = {"on_missing_scope": "fail, skip", "on_unknown_shape": "keep, fail"}
CHOICES |= {"pii": "keep, hash, drop", "refresh": "dates, events"}

WRONG: list[tuple[str, Any, str]] = [
    *((name, value, wants) for name, (wants, values) in NUMBERS.items() for value in values),
    *((name, value, wants) for name, (wants, _) in NUMBERS.items() for value in NO_NUMBERS),
    *(
        (name, value, "2024-01-31")
        for name in ("start_date", "end_date")
        for value in ["", "soon", "31.01.2024", "2024-13-01", "2024-02-30", 5, 1.5, True, [], {}]
    ),
    ("start_date", "0001-01-01T00:00:00+14:00", "2024-01-31"),
    ("start_date", "2026-11-22T10:00:00Z", "the present"),
    ("start_date", "2027-01-01", "not before the present"),
    *(
        ("states", value, "accepts a list of open, closed")
        for value in ["", [], {}, 5, True, ["lost"], "open,lost", [[]], [None], ["Open"], [5]]
    ),
    *(
        (name, value, f"accepts one of {words}")
        for name, words in CHOICES.items()
        for value in ["", "ignore", True, [], 1]
    ),
    *(("activate_version", value, "true or false") for value in ["", "maybe", 5, [], {}]),
    *(("send_unchanged", value, "true or false") for value in ["", "maybe", 5, [], {}]),
    *(("events_store", value, "postgresql://") for value in [5, True, [1], "mysql://h/d"]),
    *(("events_shop", value, "name of a shop") for value in [5, True, [1]]),
    *(("events_reader", value, "1 to 64 letters") for value in [5, "", "a b", "x" * 65]),
    *(
        ("cart_tokens", value, "accepts a list of cart tokens")
        for value in [5, {}, True, [5], [""], ["a/b"], ["../orders"], [".."], ["a?b"], ["a b"]]
    ),
    *(("pii_hash_key", value, "16 characters or more") for value in [5, True, []]),
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


def test_every_setting_has_wrong_values_above() -> None:
    """A setting that is added is not forgotten here; what plugins share has theirs there."""
    assert {name for name, _, _ in WRONG} == set(KNOWN) - set(CONNECTION) - set(SHOPS)


def test_the_settings_of_the_connection_are_among_the_taps() -> None:
    """All of them, and what is wrong with one is told by the tap, too."""
    assert set(CONNECTION) < set(KNOWN)
    assert refusal(api_version="latest").startswith("Setting 'api_version' accepts one of")
    assert check(api_version="v1").warnings == check(api_version="v1").connection.warnings != ()


@given(
    st.sampled_from(sorted(KNOWN)),
    st.recursive(
        st.one_of(st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
        max_leaves=3,
    ),
)
def test_any_value_is_taken_or_told(name: str, value: Any) -> None:
    """Nothing that JSON can hold makes the check fail in another way, or spread over lines."""
    config = {"api_key": SECRET, name: value}
    try:
        settings_.check(config, now=NOW, known=KNOWN)
    except SettingsError as error:
        said = str(error)
    else:
        return
    assert said.startswith(f"Setting '{name}' ")
    assert "\n" not in said


@pytest.mark.parametrize("value", [None, "", "short", "fifteen letters"])
def test_hash_needs_a_key_long_enough(value: Any) -> None:
    """Sixteen characters."""
    said = refusal(pii="hash", pii_hash_key=value)
    assert said.startswith("Setting 'pii_hash_key' is needed by pii: hash")
    assert check(pii="hash", pii_hash_key="sixteen letters!").pii_hash_key == "sixteen letters!"


@pytest.mark.parametrize(
    ("name", "hint"), [("api_token", "api_"), ("start_dat", "start_date"), ("xyz", "settings are")]
)
def test_an_unknown_setting_is_told_with_the_nearest(name: str, hint: str) -> None:
    """A misspelt name is not passed over in silence."""
    said = refusal(**{name: SECRET})
    assert said.startswith(f"Setting '{name}' is not known")
    assert hint in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("name", "value", "field", "meant"),
    [
        ("page_size", 1, "page_size", 1),
        ("page_size", 750, "page_size", 750),
        ("page_size", "750", "page_size", 750),
        ("page_size", 750.0, "page_size", 750),
        ("concurrency", 1, "concurrency", 1),
        ("concurrency", 16, "concurrency", 16),
        ("lookback_hours", 0, "lookback", 0),
        ("lookback_hours", 10**6, "lookback", 36 * 10**8),
        ("trailing_days", 0, "trailing", 0),
        ("notes_lookback_days", 10, "notes_lookback", 10 * times.DAY),
        ("states", ["review"], "states", ("review",)),
        ("states", "review, open", "states", ("open", "review")),
        ("states", list(STATES) * 2, "states", STATES),
        ("cart_tokens", [], "cart_tokens", ()),
        ("cart_tokens", "a, b,,a", "cart_tokens", ("a", "b")),
        ("cart_tokens", ["a-b_c.d~1"], "cart_tokens", ("a-b_c.d~1",)),
        ("on_missing_scope", "skip", "skip_missing_scopes", True),
        ("on_missing_scope", "fail", "skip_missing_scopes", False),
        ("on_unknown_shape", "fail", "strict_shapes", True),
        ("on_unknown_shape", "keep", "strict_shapes", False),
        ("pii", "drop", "pii", "drop"),
        ("page_size", None, "page_size", 750),
        ("states", None, "states", STATES),
    ],
)
def test_the_extremes_of_what_is_accepted_are_accepted(
    name: str, value: Any, field: str, meant: Any
) -> None:
    """And text is taken where a shell or a file knows nothing else."""
    assert getattr(check(**{name: value}), field) == meant


def test_a_timeout_of_centuries_does_not_break_the_connection(loop: Loop) -> None:
    """The greatest numbers work, rather than being refused by the system once the run is on."""
    config: dict[str, Any] = {"api_key": loop.key, "api_url": loop.url}
    config |= {"start_date": "2026-11-01"}
    config |= {"timeout_seconds": 10**15, "retry_minutes": 10**15, "lookback_hours": 10**15}
    config |= {"trailing_days": 10**12, "requests_per_minute": 10**15}
    run = run_tap(config, select=["returns", "destinations", "label_requests"])
    again = run_tap(config, select=["returns", "destinations", "label_requests"], state=run.state)
    assert run.records("destinations") == again.records("destinations") != []


@pytest.mark.parametrize("start", ["1000-01-01", "0001-01-01", "2014-12-31T23:59:59Z"])
def test_a_start_before_loop_was_there_is_moved_with_a_warning(start: str) -> None:
    """It does not turn into thousands of empty requests without a word."""
    checked = check(start_date=start)
    assert checked.span.start == times.EARLIEST
    (warning,) = checked.warnings
    assert warning.startswith("Setting 'start_date'")
    assert "2015-01-01" in warning
    assert not check(start_date="2015-01-01").warnings


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00-05:00", "2026-01-31T17:00:00Z"),
        (" 2026-01-31 12:00:00 ", "2026-01-31T12:00:00Z"),
        (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00Z"),
        (datetime(2026, 1, 31), "2026-01-31T00:00:00Z"),  # noqa: DTZ001  as a YAML file gives it
    ],
)
def test_dates_are_taken_in_all_their_forms(text: Any, meant: str) -> None:
    """Without a zone they are UTC."""
    assert times.show(check(start_date=text).span.start) == meant


def test_the_default_span_is_the_two_years_before_the_run() -> None:
    """Frozen at the start of the run."""
    span = check().span
    assert span.end == int(NOW.timestamp())
    assert span.start == int((NOW - timedelta(days=730)).timestamp())


def test_an_end_in_the_future_is_the_present() -> None:
    """Nothing after the start of the run is called read."""
    assert check(end_date="2030-01-01").span.end == int(NOW.timestamp())


def test_an_end_before_the_start_is_told() -> None:
    """Both dates are in the line."""
    said = refusal(start_date="2026-05-01", end_date="2026-04-01")
    assert said.startswith("Setting 'start_date' is 2026-05-01")
    assert "'end_date', 2026-04-01" in said


@pytest.mark.parametrize(
    ("variable", "text", "field", "meant"),
    [
        ("PAGE_SIZE", "100", "page_size", 100),
        ("STATES", '["open", "review"]', "states", ("open", "review")),
        ("START_DATE", "2026-01-31", "span", None),
        ("REQUESTS_PER_MINUTE", "60", "requests_per_minute", 60),
        ("PII", "drop", "pii", "drop"),
        ("CART_TOKENS", '["a"]', "cart_tokens", ("a",)),
        ("RETRY_MINUTES", "0", "patience", 0),
    ],
)
def test_settings_come_from_the_environment(
    variable: str, text: str, field: str, meant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TAP_LOOPRETURNS_ and the name in capitals."""
    monkeypatch.setenv("TAP_LOOPRETURNS_API_KEY", SECRET)
    monkeypatch.setenv(f"TAP_LOOPRETURNS_{variable}", text)
    checked = TapLoopReturns(parse_env_config=True).run.settings
    assert checked.connection.api_key == SECRET
    if field == "span":
        assert times.show(checked.span.start) == "2026-01-31T00:00:00Z"
    else:
        holder = checked if hasattr(checked, field) else checked.connection
        assert getattr(holder, field) == meant


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name in NUMBERS for text in ("many", "1.5", "")]
    + [("states", "[open"), ("start_date", "soon"), ("api_url", "loop"), ("pii", "maybe")],
)
def test_a_wrong_value_in_the_environment_is_told_as_elsewhere(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that is none does not end in a traceback of the SDK's."""
    monkeypatch.setenv("TAP_LOOPRETURNS_API_KEY", SECRET)
    monkeypatch.setenv(f"TAP_LOOPRETURNS_{name.upper()}", text)
    with pytest.raises(SettingsError) as caught:
        TapLoopReturns(parse_env_config=True)
    assert re.match(rf"Setting '{name}' .*\Z", str(caught.value))


def test_secrets_are_not_shown() -> None:
    """Not by a configuration's repr, and not by the line that refuses one."""
    other = "another-secret-of-some-length"
    checked = check(pii="hash", pii_hash_key=other)
    assert not any(secret in f"{checked!r}{checked}" for secret in (SECRET, other))
    assert other not in refusal(pii_hash_key=[other])


def test_every_setting_has_a_title_and_a_description() -> None:
    """They land in the catalog of settings; Meltano and the SDK hide what is marked secret."""
    for name, node in KNOWN.items():
        assert node["title"], name
        is_secret = name in {"api_key", "pii_hash_key", "events_store", "shops"}
        assert bool(node.get("secret")) == is_secret
        assert node["description"].endswith("."), name
