"""Single values: whatever form Loop sends them in, one form comes out, and nothing is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.http import envelopes
from tap_loopreturns.records import values
from tap_loopreturns.records.values import Memo, Unclean

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
AMOUNTS = st.from_regex(r"[+-]?([0-9]{1,30}(\.[0-9]{0,12})?|\.[0-9]{1,12})", fullmatch=True)
FINITE = st.decimals(allow_nan=False, allow_infinity=False, places=6)
MOMENTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29))  # noqa: DTZ001
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), FINITE),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=5,
)


def php(date: str, kind: int, zone: str) -> dict[str, Any]:
    return {"date": date, "timezone_type": kind, "timezone": zone}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2023-01-01T22:27:15Z", "2023-01-01T22:27:15Z"),
        ("2023-01-01T22:27:15.000Z", "2023-01-01T22:27:15Z"),
        ("2023-01-01T22:27:15.000000Z", "2023-01-01T22:27:15Z"),
        ("2023-01-01T22:27:15.250Z", "2023-01-01T22:27:15.250000Z"),
        ("2022-11-02T00:13:08+00:00", "2022-11-02T00:13:08Z"),
        ("2023-04-25T13:25:00-05:00", "2023-04-25T18:25:00Z"),
        ("2023-01-01T00:30:00+05:30", "2022-12-31T19:00:00Z"),
        ("2022-11-02 00:13:08", "2022-11-02T00:13:08Z"),
        ("2022-11-02T00:13:08", "2022-11-02T00:13:08Z"),
        ("2022-11-02", "2022-11-02T00:00:00Z"),
        ("2024-W01-1T00:00:00Z", "2024-01-01T00:00:00Z"),
        (php("2026-01-15 16:13:00.000000", 3, "UTC"), "2026-01-15T16:13:00Z"),
        (php("2026-01-15 16:13:00.123456", 3, "UTC"), "2026-01-15T16:13:00.123456Z"),
        (php("2026-07-15 12:00:00.000000", 3, "America/New_York"), "2026-07-15T16:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 3, "America/New_York"), "2026-01-15T17:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 1, "+02:00"), "2026-01-15T10:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 1, "-05:30"), "2026-01-15T17:30:00Z"),
        (php("2026-01-15 12:00:00.000000", 1, "+00:00"), "2026-01-15T12:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 2, "Z"), "2026-01-15T12:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 2, "UTC"), "2026-01-15T12:00:00Z"),
        (php("2026-01-15 12:00:00.000000", 2, "GMT"), "2026-01-15T12:00:00Z"),
        ({"date": "2026-01-15 12:00:00.000000"}, "2026-01-15T12:00:00Z"),
    ],
)
def test_every_form_of_a_date_time_becomes_rfc_3339_in_utc(sent: Any, meant: str) -> None:
    """Z, fractions, offsets, no zone, a date alone, and PHP's three kinds of zone."""
    assert values.moment(sent) == meant


@given(MOMENTS, st.one_of(st.none(), OFFSETS), st.sampled_from(["T", " "]))
def test_a_date_time_names_the_same_instant_after_cleaning(
    local: datetime, zone: timezone | None, between: str
) -> None:
    """For any instant, offset and spelling: no second and no microsecond is lost."""
    meant = local.replace(tzinfo=zone or UTC)
    sent = local.replace(tzinfo=zone).isoformat(sep=between)
    cleaned = values.moment(sent)
    assert cleaned is not None
    assert RFC_3339.fullmatch(cleaned)
    assert datetime.fromisoformat(cleaned) == meant


@given(MOMENTS, OFFSETS)
def test_a_serialized_php_date_time_names_the_same_instant(local: datetime, zone: timezone) -> None:
    """For any instant and offset, as json_encode writes a DateTime of PHP's."""
    offset = datetime(2020, 1, 1, tzinfo=zone).isoformat()[19:]
    sent = php(local.isoformat(sep=" ", timespec="microseconds"), 1, offset)
    cleaned = values.moment(sent)
    assert cleaned is not None
    assert datetime.fromisoformat(cleaned) == local.replace(tzinfo=zone)


@pytest.mark.parametrize(
    "sent",
    [
        "soon",
        "2024-13-01T00:00:00Z",
        "2024-02-30",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00+14:00",
        "1767225600",
        1767225600,
        True,
        Decimal("1.5"),
        [],
        {},
        {"date": None},
        php("soon", 3, "UTC"),
        php("2026-01-15 12:00:00", 3, "Mars/Base"),
        php("2026-01-15 12:00:00", 3, "../../etc/passwd"),
        php("2026-01-15 12:00:00", 2, "EDT"),
        {"date": "2026-01-15 12:00:00", "timezone": None},
        {"date": "2026-01-15 12:00:00", "timezone": ["UTC"]},
    ],
)
def test_what_is_no_date_time_is_refused(sent: Any) -> None:
    """Nothing is guessed: a value in no known form is an error, not a date and not null."""
    with pytest.raises(Unclean):
        values.moment(sent)


@given(AMOUNTS)
def test_money_as_text_is_kept_digit_for_digit(text: str) -> None:
    """Any decimal text comes out as it went in."""
    assert values.money(text) == text


@given(st.integers(-(10**40), 10**40))
def test_money_as_a_whole_number_is_kept_digit_for_digit(number: int) -> None:
    """However large."""
    assert values.money(number) == str(number)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,25})\.[0-9]{1,12}", fullmatch=True))
def test_money_as_a_json_number_is_kept_digit_for_digit(digits: str) -> None:
    """A number with a fraction is parsed as a decimal, trailing zeros and all."""
    (parsed,) = envelopes.parse(f"[{digits}]".encode(), "/x")
    assert values.money(parsed) == digits


@given(st.integers(0, 9), st.integers(-30, 30))
def test_money_with_an_exponent_keeps_its_value(digit: int, exponent: int) -> None:
    """1e2 is 100, written out."""
    (parsed,) = envelopes.parse(f"[{digit}.5e{exponent}]".encode(), "/x")
    cleaned = values.money(parsed)
    assert cleaned is not None
    assert "E" not in cleaned.upper()
    assert Decimal(cleaned) == Decimal(f"{digit}.5e{exponent}")


def test_no_number_is_ever_a_float() -> None:
    """The parser makes none, and money and numbers refuse one."""
    document = envelopes.parse(b'{"a": 0.1, "b": [1e2, -3.30, 12]}', "/x")
    assert document == {"a": Decimal("0.1"), "b": [Decimal("1e2"), Decimal("-3.30"), 12]}
    assert not isinstance(document["a"], float)
    for clean in (values.money, values.number):
        with pytest.raises(Unclean):
            clean(0.1)


@pytest.mark.parametrize(
    "sent",
    ["$5", "1,234.50", "1e5", "5 ", " 5", "1.2.3", ".", "-", "٣", True, [], {}, Decimal("NaN")],
)
def test_what_is_no_amount_is_refused(sent: Any) -> None:
    """Amounts in other forms are an error, not a guess."""
    with pytest.raises(Unclean):
        values.money(sent)


@given(st.integers(-(10**30), 10**30))
def test_an_id_has_one_form_whether_sent_as_number_or_text(number: int) -> None:
    """18 digits and more, without loss."""
    assert values.code(number) == values.code(str(number)) == str(number)
    assert values.code(Decimal(number)) == str(number)


@given(st.text().filter(lambda text: text not in values.NONE))
def test_an_id_as_text_is_untouched(text: str) -> None:
    """Label requests have UUIDs, SKUs have blanks: none is changed, so that they still join."""
    assert values.code(text) == text


@pytest.mark.parametrize("clean", [values.code, values.money, values.moment, values.integer])
@pytest.mark.parametrize("nothing", ["N/A", ""])
def test_na_and_the_empty_string_are_null_where_a_date_number_or_id_is_meant(
    clean: Any, nothing: str
) -> None:
    """Loop writes "N/A" or "" where it has none."""
    assert clean(nothing) is None
    assert values.number(nothing) is None
    assert values.truth(nothing) is None


@given(st.text())
def test_free_text_is_untouched(text: str) -> None:
    """Quotes, blanks, "N/A" and line ends stay as the shopper wrote them."""
    assert values.text(text) == text


def test_na_is_kept_as_free_text() -> None:
    """A comment that reads "N/A" is a comment."""
    assert values.text("N/A") == "N/A"
    assert values.text("") == ""


@pytest.mark.parametrize(
    ("sent", "meant"), [(True, "true"), (False, "false"), (12, "12"), (Decimal("1.50"), "1.50")]
)
def test_a_single_value_where_text_is_meant_becomes_text(sent: Any, meant: str) -> None:
    """A tracking number sent as a number is the same tracking number."""
    assert values.text(sent) == meant


@pytest.mark.parametrize(
    ("sent", "meant"),
    [(7295, 7295), ("7295", 7295), ("-3", -3), (Decimal("12.0"), 12), (10**20, 10**20)],
)
def test_a_whole_number_in_any_form_is_that_number(sent: Any, meant: int) -> None:
    """Text, decimals without a fraction, numbers of any size."""
    assert values.integer(sent) == meant


@pytest.mark.parametrize("sent", ["12.5", Decimal("12.5"), True, "twelve", "٣", [], {}])
def test_what_is_no_whole_number_is_refused(sent: Any) -> None:
    """A fraction is not cut off."""
    with pytest.raises(Unclean):
        values.integer(sent)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        *[(True, True), (1, True), ("1", True), ("true", True)],
        *[(False, False), (0, False), ("0", False), ("false", False)],
    ],
)
def test_truth_in_any_form_is_true_or_false(sent: Any, meant: bool) -> None:
    """PHP sends 1 and 0, too."""
    assert values.truth(sent) is meant


@pytest.mark.parametrize("sent", ["yes", 2, [], {}, "TRUE"])
def test_what_is_no_truth_is_refused(sent: Any) -> None:
    """Anything else is an error."""
    with pytest.raises(Unclean):
        values.truth(sent)


@given(
    st.sampled_from(
        [
            *[values.code, values.text, values.money, values.moment],
            *[values.integer, values.number, values.truth],
        ]
    ),
    JSON.filter(lambda value: value is not None),
)
def test_a_value_is_cleaned_or_refused_and_nothing_else(clean: Any, value: Any) -> None:
    """No value of JSON makes a cleaner fail in another way, and a refusal does not show it."""
    refusal: Unclean | None = None
    cleaned: Any = None
    try:
        cleaned = clean(value)
    except Unclean as trouble:
        refusal = trouble
    if refusal:
        assert not isinstance(value, str) or len(value) < 12 or value not in str(refusal)
    elif cleaned is None:
        assert value in values.NONE
    else:
        assert type(cleaned) in {str, int, bool, Decimal}


@given(st.lists(st.one_of(AMOUNTS, st.sampled_from(["N/A", "", "63.30", "1", "01"])), max_size=30))
def test_a_memo_answers_as_the_cleaner_that_it_remembers_for(amounts: list[str]) -> None:
    """Remembered or not, an amount is cleaned alike."""
    memo = Memo(values.money)
    assert [memo[amount] for amount in amounts * 2] == [values.money(a) for a in amounts * 2]


def test_a_memo_does_not_grow_without_end() -> None:
    """What a long run remembers stays small, and right."""
    memo = Memo(values.money)
    for number in range(50_000):
        assert memo[str(number)] == str(number)
    assert len(memo) <= 20_000


def test_a_memo_does_not_take_true_for_one() -> None:
    """1, "1" and true are different things to a cleaner, though equal or alike to a dictionary."""
    memo = Memo(values.money)
    assert memo["1"] == "1"
    assert memo[1] == "1"
    with pytest.raises(Unclean):
        memo[True]
