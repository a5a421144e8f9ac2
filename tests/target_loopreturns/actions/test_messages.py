"""Singer messages in: all of them are checked before anything is done."""

from __future__ import annotations

import json

import pytest

from loop_returns.errors import InputRefused
from target_loopreturns.actions import messages


def test_ids_of_a_numeric_column_keep_all_digits() -> None:
    """A database's numeric sends 18 digits with a fraction of zero; none of them is lost."""
    line = (
        '{"type": "RECORD", "stream": "return_actions", "record": '
        '{"return_id": 100000000000000037.0, "action": "flag"}}'
    )
    assert messages.read([line], {}).actions[0].return_id == "100000000000000037"


def test_equal_rows_are_one_action_unless_they_are_named_apart() -> None:
    """Identity comes from the content, or from `action_id` where it is given."""
    row = {"return_id": 7, "action": "note", "content": "hello"}
    rows = [row, row | {"return_id": "7"}, row | {"action_id": 1}, row | {"action_id": "2"}]
    lines = [json.dumps({"type": "RECORD", "stream": "q", "record": one}) for one in rows]
    found = messages.read(lines, {"q": "return_actions"})
    assert found.rows == 4
    assert [action.id for action in found.actions][1:] == ["1", "2"]


def test_an_identity_cannot_be_given_to_two_actions() -> None:
    """The same `action_id` on different content is an error of the query, found at once."""
    rows = [{"return_id": one, "action": "flag", "action_id": "a"} for one in (7, 8)]
    lines = [
        json.dumps({"type": "RECORD", "stream": "return_actions", "record": row}) for row in rows
    ]
    with pytest.raises(InputRefused, match=r"line 2.*'action_id' is that of another.*line 1"):
        messages.read(lines, {})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[]", "no type"),
        ('{"stream": "carts"}', "no type"),
        ('{"type": "RECORD", "stream": "carts"}', "without 'record'"),
        ('{"type": "STATE"}', "a STATE without 'value'"),
        ('{"type": "RECORD", "stream": "parcels", "record": {}}', "'parcels' is no kind of action"),
        ('{"type": "RECORD", "stream": "carts", "record": 5}', "a stream and an object"),
        ('{"type": "RECORD", "stream": ["x"], "record": {}}', "a stream and an object"),
        ('{"type": "RECORD", "stream": "carts", "record": {"id": 1e3000000}}', "out of range"),
        ('{"type": "BATCH", "stream": "carts"}', "BATCH"),
    ],
)
def test_what_is_no_message_is_refused_by_its_line(line: str, says: str) -> None:
    """Whatever comes in, the line is named."""
    with pytest.raises(InputRefused, match=says) as refused:
        messages.read(["", line], {})
    assert "Line 2" in str(refused.value)


def test_the_last_state_is_kept_and_other_messages_pass() -> None:
    """SCHEMA, ACTIVATE_VERSION and blank lines say nothing that an action needs."""
    lines = [
        '{"type": "SCHEMA", "stream": "q", "schema": {}}',
        '{"type": "STATE", "value": 1}',
        "\n",
        '{"type": "ACTIVATE_VERSION", "stream": "q", "version": 1}',
        '{"type": "STATE", "value": 2}',
    ]
    assert messages.read(lines, {}).state == "2"


STATES = [
    '{"a": 1.0, "b": 0.1, "c": 1e99999999, "d": -0.0}',
    '{"bookmarks":{"x":{"at":12345678901234567890.123456789}}}',
    '  {"b" : 1,\t"a":[ 1.50 ,2]}  '.strip(),
    '"\\u00e9 \\/"',
    '"é"',
    "1.00",
    "null",
    "{}",
]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_state_is_kept_as_it_came(state: str, *, as_bytes: bool) -> None:
    """Digit for digit, blank for blank: it is the tap's, and nobody else's to spell."""
    line = f'{{"type": "STATE", "value": {state}}}'
    given = line.encode() if as_bytes else line
    assert messages.read([given], {}).state == state


@pytest.mark.parametrize("depth", [50, 400, 900, 1500, 100_000])
def test_what_is_nested_too_deeply_is_refused_in_one_line(depth: int) -> None:
    """No RecursionError: it is either read, or refused by its line."""
    nested = '{"x":' * depth + "1" + "}" * depth
    record = f'{{"return_id": 1, "action": "process", "details": {nested}}}'
    line = f'{{"type": "RECORD", "stream": "return_actions", "record": {record}}}'
    try:
        (action,) = messages.read([line], {}).actions
    except InputRefused as refused:
        assert "ine 1" in str(refused)  # noqa: PT017  either is fine
    else:
        assert len(action.content) == 32


@pytest.mark.parametrize("number", ["9" * 25, "9" * 400, "1e400", "1e999", "1" + "0" * 400 + ".0"])
@pytest.mark.parametrize("column", ["return_id", "action_id", "content", "written_at"])
def test_huge_numbers_are_read_or_refused_by_their_line(number: str, column: str) -> None:
    """Whatever column they stand in, and never with a traceback."""
    record = {"return_id": 1, "action": "note", "content": "x", column: "HERE"}
    line = json.dumps({"type": "RECORD", "stream": "return_actions", "record": record})
    try:
        messages.read([line.replace('"HERE"', number)], {})
    except InputRefused as refused:
        assert "line 1" in str(refused)  # noqa: PT017  either is fine
