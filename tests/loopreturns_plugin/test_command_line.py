"""The way out of a command line: one line and an exit code for what was to be expected."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import simplejson
from singer_sdk import exceptions

from loop_returns import errors
from loopreturns_plugin import command_line

NAME = "tap-of-a-test"


def fails(error: Exception) -> Callable[[], object]:
    def command() -> None:
        raise error

    return command


EXPECTED: list[tuple[Exception, int]] = [
    (errors.SettingsError("pii", "is wrong."), 1),
    (errors.AccessError("Loop refuses the key."), 3),
    (errors.LoopUnavailable("GET /orders: no answer."), 4),
    (errors.LoopRefused("GET /orders: refused.", status=422), 5),
    (errors.UnexpectedAnswer("GET /orders: a list."), 6),
    (errors.UncleanRecord("returns: no id."), 6),
    (errors.UncertainChange("POST /cart: 500"), 7),
    (errors.InputRefused("line 3 is no action"), 8),
    (errors.TargetGone("The target has ended."), 141),
    (exceptions.ConfigValidationError("'api_key' is missing"), 1),
    (exceptions.MapExpressionError("total +"), 1),
    (FileNotFoundError(2, "No such file", "config.json"), 1),
    (simplejson.JSONDecodeError("no value", "{", 1), 1),
]


@pytest.mark.parametrize(("error", "code"), EXPECTED, ids=lambda one: type(one).__name__)
def test_an_expected_failure_is_one_line_and_its_exit_code(
    error: Exception, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Critical, without a traceback."""
    logging.getLogger(NAME).setLevel(logging.INFO)
    with pytest.raises(SystemExit) as left:
        command_line.run(fails(error), NAME)
    assert left.value.code == code
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("CRITICAL", NAME)
    assert not record.exc_info
    assert "\n" not in record.getMessage()


def test_debugging_shows_the_traceback_too(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever wants to know where it came from can."""
    logging.getLogger(NAME).setLevel(logging.DEBUG)
    with pytest.raises(SystemExit):
        command_line.run(fails(errors.UncleanRecord("returns: no id.")), NAME)
    assert "Traceback" in caplog.text


def test_a_mistake_of_ours_is_not_hidden() -> None:
    """What nobody expected keeps its traceback."""
    with pytest.raises(ZeroDivisionError):
        command_line.run(lambda: 1 // 0, NAME)


def test_a_command_that_succeeds_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """And does not end the process."""
    did: list[Any] = []
    command_line.run(lambda: did.append(1), NAME)
    assert (did, caplog.messages) == ([1], [])
