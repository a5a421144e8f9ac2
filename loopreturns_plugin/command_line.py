"""The way out of a command line: an expected failure is one line and an exit code."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import simplejson
from singer_sdk import exceptions as sdk

from loop_returns.errors import LoopReturnsError
from loopreturns_plugin.stopping import Stopped

_OF_THE_SDK = (
    sdk.ConfigValidationError,
    sdk.MapExpressionError,
    sdk.StreamMapConfigError,
    sdk.InvalidReplicationKeyException,
)


def run(command: Callable[[], object], name: str) -> None:
    """Run a plugin's command line.

    With debug logging on, an expected failure shows its traceback too. Exit
    codes are those of `errors`, and 1 for files that cannot be read.
    """
    try:
        command()
    except Stopped as stopped:
        stopped.tell()
        raise
    except LoopReturnsError as error:
        _leave(name, str(error), error.exit_code)
    except _OF_THE_SDK as error:
        _leave(name, str(error), 1)
    except simplejson.JSONDecodeError as error:
        _leave(name, f"A file given on the command line is not JSON: {error}", 1)
    except OSError as error:
        _leave(name, str(error), 1)


def _leave(name: str, line: str, code: int) -> None:
    log = logging.getLogger(name)
    log.critical("%s", line, exc_info=log.isEnabledFor(logging.DEBUG))
    sys.exit(code)
