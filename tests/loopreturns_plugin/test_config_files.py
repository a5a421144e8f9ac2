"""Files of the command line: an object in UTF-8, or one line that names the option."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from loop_returns.errors import SettingsError
from loopreturns_plugin import config_files

SPOILT = [b"", b"[1]", b"5", b"null", b'"text"', b"{", b"\xff\xfe{}", b"[" * 100_000, b'{"a": NaN']


@pytest.mark.parametrize("content", SPOILT, ids=lambda content: repr(content[:12]))
def test_other_content_is_told_with_its_option(content: bytes) -> None:
    """Half an object, another kind of value, another encoding, nesting without end."""
    with pytest.raises(SettingsError) as caught:
        config_files.parse("--state", content)
    assert caught.value.setting == "--state"
    assert "accepts a file with" in str(caught.value)


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.none())))
def test_any_object_is_read_as_it_was_written(content: dict[str, object]) -> None:
    """With a mark of its encoding, as editors on Windows put one, or without."""
    text = simplejson.dumps(content).encode()
    assert config_files.parse("--config", text) == content
    assert config_files.parse("--config", b"\xef\xbb\xbf" + text) == content


@given(st.binary(max_size=200))
def test_any_content_is_an_object_or_told(content: bytes) -> None:
    """Nothing else comes of a file, whatever is in it."""
    try:
        found = config_files.parse("--catalog", content)
    except SettingsError:
        return
    assert isinstance(found, dict)


def test_the_later_file_wins_and_env_is_none(tmp_path: Path) -> None:
    """Settings of all files together; the word ENV is not looked for on the disk."""
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text('{"pii": "keep", "page_size": 5}')
    second.write_text('{"pii": "drop"}')
    found = config_files.configuration([str(first), "ENV", str(second)])
    assert found == {"pii": "drop", "page_size": 5}


def test_a_missing_file_is_a_wrong_command_line(tmp_path: Path) -> None:
    """As of --state and --catalog: click names the option and the file, and exits with 2."""
    with pytest.raises(click.BadParameter, match="nowhere"):
        config_files.read("--config", str(tmp_path / "nowhere.json"))
