"""The list of returns: what is asked, and what an answer is understood to say."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import AccessError, LoopRefused, UnexpectedAnswer
from loop_returns.http import packing
from loop_returns.http.client import Client
from loop_returns.http.exchange import Account, Answer
from loop_returns.http.pacing import Pacer
from loop_returns.http.packing import Intake, PackedList
from loop_returns.returns_list import answers
from loop_returns.returns_list.windows import Window
from loop_returns.spans import Span
from mock_loop import Loop
from mock_loop.errors import ENVELOPES

SPAN = Span(1_780_000_000, 1_780_086_400)
PAGE = Window(("open",), SPAN, SPAN.start - 1, SPAN.end)
WHOLE = Window(("open",), SPAN, SPAN.start, SPAN.end - 1, whole=True)
ROW = {"id": "1", "state": "open", "updated_at": "2026-05-29T00:00:00Z", "total": "5.00"}
LINK = "https://loop.example/api/v1/warehouse/return/list?cursor="


@pytest.fixture
def client(loop: Loop) -> Iterator[Client]:
    client = Client(Account(loop.url, "2026-10", loop.key), Pacer(1_000_000))
    yield client
    client.close()


def page(*rows: Any, link: Any = None, **others: Any) -> Answer:
    document = {"returns": list(rows), "nextPageUrl": link, "previousPageUrl": None, **others}
    return Answer(json.dumps(document).encode(), answers.LIST)


def whole(document: Any) -> Answer:
    return Answer(json.dumps(document).encode(), answers.LIST)


def test_both_dates_are_always_sent(client: Client, loop: Loop) -> None:
    """Where one is missing, Loop answers 24 hours; one state or none, a page or everything."""
    answers.ask(client, PAGE, 750)
    answers.ask(client, Window(("open", "closed", "expired"), SPAN, 0, 10, whole=True), 750)
    paged, unpaged = (request.query for request in loop.requests)
    assert paged == {
        "from": "2026-05-28T20:26:39.000Z",
        "to": "2026-05-29T20:26:40.000Z",
        "filter": "updated_at",
        "state": "open",
        "paginate": "true",
        "pageSize": "750",
    }
    assert unpaged.keys() == {"from", "to", "filter", "paginate"}
    assert unpaged["paginate"] == "false", "a default that changes must not page it"


def test_probing_costs_a_second_of_one_state(client: Client, loop: Loop) -> None:
    """And tells a key that may not."""
    answers.probe(client, SPAN.end)
    (request,) = loop.requests
    assert (request.query["state"], request.query["pageSize"]) == ("open", "1")
    loop.scopes = frozenset()
    with pytest.raises(AccessError, match="'Returns'"):
        answers.probe(client, SPAN.end + 1)


def test_a_page_says_what_was_in_it() -> None:
    """Seconds in the order of the answer, states, whether more follow and from where."""
    cursor = base64.urlsafe_b64encode(b'{"updated_at": "2026-05-29 00:00:00"}').decode()
    newer = ROW | {"id": "2", "state": "closed", "updated_at": "2026-05-29T00:00:09.5Z"}
    listed = answers.understand(page(newer, ROW, link=LINK + cursor), PAGE)
    assert listed.seen.seconds == [1_780_012_809, 1_780_012_800]
    assert listed.seen.states == {"open", "closed"}
    assert (listed.seen.more, listed.seen.cursor) == (True, 1_780_012_800)
    assert [answers.parsed(row) for row in listed.rows] == [newer, ROW]
    assert [head["id"] for head in listed.heads] == ["2", "1"]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-05-29 00:00:00",
        "2026-05-29T00:00:00.000Z",
        "2026-05-28T19:00:00-05:00",
        "2026-05-29T00:00:00.999999+00:00",
    ],
)
def test_every_spelling_of_a_moment_lies_in_its_second(moment: str) -> None:
    """Whichever one return keeps to, windows compare them alike."""
    listed = answers.understand(whole([ROW | {"updated_at": moment}]), WHOLE)
    assert listed.seen.seconds == [1_780_012_800]


@given(st.lists(st.dictionaries(st.sampled_from(["id", "state", "x"]), st.text() | st.integers())))
def test_a_strange_answer_is_understood_as_an_ordinary_one(rows: list[dict[str, Any]]) -> None:
    """With a U+0000 anywhere it is read with care, and says the same of every other row."""
    plain = [ROW | row for row in rows]
    listed = answers.understand(page(*plain), PAGE)
    careful = answers.understand(page(*plain, ROW | {"x": "\0"}), PAGE)
    assert list(listed.heads) == list(careful.heads)[:-1]
    found = [answers.parsed(row) for row in careful.rows]
    assert found[-1]["x"] == "\ufffd"
    assert [answers.parsed(row) for row in listed.rows] == found[:-1]


@pytest.mark.parametrize("sent", [None, "", "N/A", "soon", 5, True, [], {}, "0001-01-01T00:00+14"])
def test_a_return_without_a_moment_is_told_and_does_not_stop_the_others(sent: Any) -> None:
    """Nobody could say whether it was asked for: it is left out, by its id and its place."""
    other = ROW | {"id": "2"}
    for without in (ROW | {"updated_at": sent}, {"id": "1", "state": "open"}):
        for listed in (
            answers.understand(page(other, without, other), PAGE),
            answers.understand(whole([other, without, other]), WHOLE),
        ):
            assert [answers.parsed(row) for row in listed.rows] == [other, other]
            assert [head["id"] for head in listed.heads] == ["2", "2"]
            assert listed.seen.unplaced == [("1", 1)]


@pytest.mark.parametrize("name", [None, {"a": 1}, ["b"], True, "x\ny " * 50])
def test_a_strange_id_keeps_the_line_a_line(name: Any) -> None:
    """An object, a list, a page of text: one short line all the same."""
    listed = answers.understand(page({"id": name, "updated_at": None}), PAGE)
    ((told, _),) = listed.seen.unplaced
    assert "\n" not in told
    assert len(told) < 50


def test_by_creation_a_return_lies_where_it_was_made_and_says_when_it_changed() -> None:
    """The same returns come another way, to be compared with those that came the usual one."""
    made = dataclasses.replace(WHOLE, column="created_at")
    listed = answers.understand(whole([ROW | {"created_at": "2026-05-28T22:00:00Z"}]), made)
    assert (listed.seen.seconds, listed.changed) == ([1_780_005_600], [1_780_012_800])


@pytest.mark.parametrize("envelope", ENVELOPES, ids=repr)
def test_no_error_under_200_is_an_empty_list(envelope: Any) -> None:
    """Paged or whole, each of Loop's envelopes is an error."""
    for window in (PAGE, WHOLE):
        with pytest.raises((LoopRefused, UnexpectedAnswer)):
            answers.understand(whole(envelope), window)


def test_a_page_must_say_whether_more_follow_and_a_whole_list_must_not() -> None:
    """Silence would be taken for the end; a link from a whole list says that it is none."""
    with pytest.raises(UnexpectedAnswer, match="does not say whether a next page follows"):
        answers.understand(whole({"returns": [ROW]}), PAGE)
    with pytest.raises(UnexpectedAnswer, match="asked for whole; it may not be complete"):
        answers.understand(page(ROW, link=LINK + "x"), WHOLE)
    assert answers.understand(page(ROW), WHOLE).seen.seconds == [1_780_012_800]


def test_a_long_list_is_gone_through_again_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed as it came, it says what it says in one piece, as often as it is asked."""
    monkeypatch.setattr(packing, "_LONG", 2000)
    monkeypatch.setattr(packing, "_PART", 500)
    rows = [{"id": str(number), **ROW, "n": number} for number in range(200)]
    intake = Intake()
    intake.add(json.dumps(rows).encode())
    body = intake.body()
    assert isinstance(body, PackedList)
    listed = answers.understand(Answer(body, answers.LIST), WHOLE)
    for _ in range(2):
        assert [answers.parsed(row) for row in listed.rows] == rows
    assert len(listed.checksums) == len(set(listed.checksums)) == len(rows)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_a_cursor_that_cannot_be_read_says_nothing(token: str) -> None:
    """Any token is a second, or none: it is Loop's own affair what stands in it."""
    second = answers.cursor_second(LINK + token, answers.CHANGED)
    assert second is None or isinstance(second, int)


def test_a_cursor_of_another_column_says_nothing() -> None:
    """The documented sample is sorted by `created_at`, which proves nothing of `updated_at`."""

    def cursor(**content: Any) -> str:
        return LINK + base64.urlsafe_b64encode(json.dumps(content).encode()).decode()

    moment = "2026-05-29 00:00:00"
    assert answers.cursor_second(cursor(updated_at=moment, id=5), answers.CHANGED) == 1_780_012_800
    both = cursor(created_at=moment, updated_at=moment)
    assert answers.cursor_second(both, answers.CHANGED) is None
    assert answers.cursor_second(both, answers.MADE) == 1_780_012_800
    assert answers.cursor_second(cursor(updated_at=5), answers.CHANGED) is None
