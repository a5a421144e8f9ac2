"""Answers: sound ones are read exactly, errors are recognised whatever their status."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import LoopRefused, UnexpectedAnswer
from loop_returns.http import envelopes
from mock_loop.errors import ENVELOPES

# Those of the reference, §1.5, but for the bare `false`, which is not an object.
ERRORS = [envelope for envelope in ENVELOPES if isinstance(envelope, dict)]
SAID = {"Unauthorized.", "This return cannot be processed.", "NOT_FOUND", "Something went wrong."}
SAID |= {"The given data was invalid.", "Not found.", "No return found with this ID."}
SAID |= {"Server Error", "No cart found for the provided token."}

JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    ),
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text(st.characters(categories=["L"])), inner)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("document", ERRORS, ids=json.dumps)
def test_every_error_body_under_200_is_recognised_and_quoted(document: Any) -> None:
    """Where rows are expected and where a single object is; in Loop's own words."""
    for read in (
        lambda: envelopes.rows(document, "returns", "/x", bare=True),
        lambda: envelopes.row(document, "/x"),
        lambda: envelopes.row(document, "/x", wrapped_in="order"),
    ):
        with pytest.raises(LoopRefused) as caught:
            read()
        assert caught.value.status == 200
        assert caught.value.body == document
        assert str(caught.value).startswith("GET /x: ")
        assert any(said in str(caught.value) for said in SAID)


@pytest.mark.parametrize(
    "document", [{"returns": [], "error": None}, {"returns": [], "errors": []}]
)
def test_an_empty_error_beside_the_rows_is_none(document: Any) -> None:
    """Laravel may send "errors": [] with what was asked for."""
    assert envelopes.rows(document, "returns", "/x") == []


@pytest.mark.parametrize(
    "document",
    [
        *[None, False, True, 0, Decimal("1.5"), "", "returns", [], [[]], {}],
        *[{"rows": []}, {"data": []}, {"returns": None}, {"returns": {}}, {"returns": "none"}],
    ],
    ids=repr,
)
def test_a_list_in_none_of_its_shapes_is_an_error_not_an_empty_list(document: Any) -> None:
    """Taking it for an empty one would lose what Loop holds."""
    with pytest.raises(UnexpectedAnswer, match=r"^GET /x: expected a list under 'returns'"):
        envelopes.rows(document, "returns", "/x")


@pytest.mark.parametrize("row", [None, [], "1", 1, True])
def test_a_row_that_is_no_object_is_an_error(row: Any) -> None:
    """Also where the others are."""
    for document in ({"returns": [{"id": 1}, row]}, [{"id": 1}, row]):
        with pytest.raises(UnexpectedAnswer, match=r"^GET /x: expected objects in 'returns'"):
            envelopes.rows(document, "returns", "/x", bare=True)


def test_a_bare_list_is_read_only_where_loop_documents_one() -> None:
    """Elsewhere it would lack the link to the next page."""
    assert envelopes.rows([{"id": 1}], "returns", "/x", bare=True) == [{"id": 1}]
    with pytest.raises(UnexpectedAnswer):
        envelopes.rows([{"id": 1}], "returns", "/x")


@pytest.mark.parametrize("document", [None, False, "", 0, [], [{"id": 1}], {}], ids=repr)
def test_what_is_no_object_where_one_is_meant_is_an_error(document: Any) -> None:
    """A list, null, false or an empty object is not a return."""
    with pytest.raises(UnexpectedAnswer, match=r"^GET /x: expected an object"):
        envelopes.row(document, "/x")


def test_an_object_may_be_wrapped_in_the_name_of_its_kind() -> None:
    """{"order": {…}} and the bare order are the same."""
    assert envelopes.row({"order": {"id": 1}}, "/x", wrapped_in="order") == {"id": 1}
    assert envelopes.row({"id": 1}, "/x", wrapped_in="order") == {"id": 1}


@given(JSON)
def test_words_are_one_short_line_without_addresses(document: Any) -> None:
    """Whatever an error body is made of."""
    said = envelopes.words({"message": document, "errors": ["ask jane.doe+x@example.com"]})
    assert "\n" not in said
    assert "\r" not in said
    assert 0 < len(said) <= 200
    assert "jane.doe" not in said
    assert "@example" not in said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"error": {"message": "No return found with this ID."}}, "No return found with this ID."),
        ({"message": "Invalid.", "errors": {"to": ["Too far."]}}, "Invalid. Too far."),
        ({"errors": [{"message": "a\nb"}, "c"]}, "a b c"),
        ({"errors": {"code": "NOT_FOUND"}}, "NOT_FOUND"),
        (False, "no reason given"),
        (None, "no reason given"),
        ({"message": "jane@example.com is unknown"}, "[e-mail] is unknown"),
        ({"message": 'mail "jane@example.com"'}, 'mail "[e-mail]"'),
        ({"message": "x" * 500}, "x" * 199 + "…"),
    ],
)
def test_words_are_loops_own(document: Any, said: str) -> None:
    """The message and the fields that it is about, wherever the body has them."""
    assert envelopes.words(document) == said


@given(JSON)
def test_a_shape_is_told_without_showing_a_value(value: Any) -> None:
    """One line, whatever it is, and even where addresses are names of fields."""
    for sent in (value, {"jane@example.com": value}, [value]):
        told = envelopes.shape(sent)
        assert "\n" not in told
        assert "jane" not in told
        assert len(told) < 300


@given(JSON)
def test_what_was_encoded_is_parsed_as_it_was(document: Any) -> None:
    """For all of JSON."""
    body = json.dumps(document).encode()
    assert envelopes.is_sound(body)
    assert envelopes.parse(body, "/x") == document


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (rb'{"a": "x\ud800y"}', {"a": "x\ufffdy"}),
        (rb'{"a": "x\udfffy"}', {"a": "x\ufffdy"}),
        (rb'{"\ud800": [{"b": "\u0000"}]}', {"\ufffd": [{"b": "\ufffd"}]}),
        (rb'["\u0000", 1.50]', ["\ufffd", Decimal("1.50")]),
        (rb'["\ud83d\ude00"]', ["\U0001f600"]),
        (rb'["\\u0000"]', [r"\u0000"]),
        (b'["\xed\xa0\x80"]', ["\ufffd" * 1]),
    ],
)
def test_characters_that_no_database_takes_are_replaced(body: bytes, parsed: Any) -> None:
    """U+0000 and lone surrogates become U+FFFD; pairs of them stay what they spell."""
    assert envelopes.is_sound(body)
    assert envelopes.parse(body, "/x") == parsed


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b" ", b"<html></html>", b"{", b'{"a": 1}}', b"[1,]", b"NaN", b"[Infinity]"],
        *[b"nul", b'{"a": "\n"}', b'["\\x"]', b"{'a': 1}"],
    ],
)
def test_what_is_not_json_is_an_error(body: bytes) -> None:
    """HTML, what was cut off, and JavaScript that is no JSON."""
    with pytest.raises(UnexpectedAnswer, match=r"^GET /x: an answer that is not JSON"):
        envelopes.parse(body, "/x")


@pytest.mark.parametrize(
    "body",
    [
        *[b"[1e999999999999]", b"[1.5E+99999]", b"[1e-9999]", b"[" + b"1" * 5000 + b"]"],
        *[b'["\xff"]', b"[" * 100_000 + b"]" * 100_000],
        b'["\\u0000", ' + b"[" * 1200 + b"]" * 1200,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_would_exhaust_the_reader_is_an_error(body: bytes) -> None:
    """Numbers that would fill the memory once written out, nesting without end, broken UTF-8."""
    with pytest.raises(UnexpectedAnswer):
        envelopes.parse(body, "/x")


def test_deep_nesting_in_an_error_is_an_error_all_the_same() -> None:
    """Loop's words may lie too deep to be quoted."""
    document: Any = "far down"
    for _ in range(5000):
        document = [document]
    with pytest.raises(LoopRefused, match="no reason given"):
        envelopes.refuse_error({"errors": document}, "/x")


@given(st.binary(max_size=60))
def test_any_bytes_are_parsed_or_an_error(body: bytes) -> None:
    """No body makes the parser fail in another way; what is no JSON is not called sound."""
    try:
        envelopes.parse(body, "/x")
    except UnexpectedAnswer:
        return
    json.loads(body)


@pytest.mark.parametrize("name", ["nextPageUrl", "next_page_url"])
@pytest.mark.parametrize(("link", "meant"), [(None, None), ("", None), ("http://h/x?c=1",) * 2])
def test_a_next_link_goes_by_either_name(name: str, link: Any, meant: str | None) -> None:
    """Returns spell it otherwise than all other lists."""
    assert envelopes.next_link({name: link}, "/x", required=True) == meant


@pytest.mark.parametrize("link", [5, True, [], {}, "http://[", "http://[::1/x?cursor=1"])
def test_a_next_link_that_is_none_is_an_error(link: Any) -> None:
    """To stop there would lose the rest."""
    with pytest.raises(UnexpectedAnswer, match="nextPageUrl"):
        envelopes.next_link({"nextPageUrl": link}, "/x", required=False)


def test_a_missing_next_link_is_an_error_where_it_is_required() -> None:
    """An envelope that does not say whether more follows does not say that none does."""
    with pytest.raises(UnexpectedAnswer, match="next page"):
        envelopes.next_link({}, "/x", required=True)
    assert envelopes.next_link({}, "/x", required=False) is None
