"""Counts by month and state, as files hold them; what Loop holds is counted in `test_verify`."""

from __future__ import annotations

import io
from random import Random

import pytest

from loop_returns.errors import SettingsError
from tap_loopreturns.verifying import counts


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a,b\n1,2\n", "month;state;count\n", "month,state\n", "state,state,month,count"],
)
def test_a_file_with_other_columns_is_refused_in_a_line(text: str) -> None:
    """It says which columns it wants; a file of nothing is not taken for an empty warehouse."""
    with pytest.raises(SettingsError, match="month, state and count"):
        counts.read(io.StringIO(text))


@pytest.mark.parametrize(
    "line",
    [
        "2026-13,open,1",
        "soon,open,1",
        "11/2026,open,1",
        "2026-111,open,1",
        ",open,1",
        "2026-11,,1",
        "2026-11,open,",
        "2026-11,open",
        "2026-11,open,-1",
        "2026-11,open,1.5",
        "2026-11,open,many",
        "2026-11,open,\u0663",
    ],
)
def test_a_line_that_is_none_is_named(line: str) -> None:
    """By its number, and what it should be like."""
    with pytest.raises(SettingsError, match=r"2026-11,open,120; line 3 is not one"):
        counts.read(io.StringIO(f"month,state,count\n2026-11,open,7\n{line}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffmonth,state,count\n2026-11,open,7\n",
        "month,state,count\r\n2026-11,open,7\r\n\r\n",
        "month,state,count\r2026-11,open,7",
        'count,"Month" , STATE ,more\n7,2026-11-01,open,"a\nb",c\n',
        "month,state,count\n2026-11-01T00:00:00Z,open,3\n2026-11,open,4\n",
    ],
)
def test_files_as_databases_and_excel_write_them_are_read(text: str) -> None:
    """A byte order mark, CRLF, empty lines, more columns, a month with its day."""
    assert counts.read(io.StringIO(text, newline="")) == {("2026-11", "open"): 7}


def test_spoilt_files_are_read_or_refused() -> None:
    """Of thousands of changed files, each brings counts or the error that names the option."""
    rng = Random(1)
    whole = b"month,state,count\n" + b"2026-11,open,7\n2026-10,closed,12\n" * 3
    refused = []
    for _ in range(3000):
        at = rng.randrange(len(whole))
        body = whole[:at] + rng.randbytes(rng.choice((0, 1, 3))) + whole[at + rng.randrange(9) :]
        try:
            found = counts.read(io.TextIOWrapper(io.BytesIO(body), "utf-8", newline=""))
        except SettingsError as error:
            refused.append(error)
        else:
            assert all(isinstance(number, int) and number >= 0 for number in found.values())
    assert 1000 < len(refused) < 3000
    assert {error.setting for error in refused} == {"--against"}
    assert not [error for error in refused if "\n" in str(error)]
