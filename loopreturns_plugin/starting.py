"""The way into a program: a Ctrl-C ends it without a traceback, also while it is loaded."""

from __future__ import annotations

import signal
import sys
from importlib import import_module

_STOPPED = 128 + signal.SIGINT


def start(place: str) -> None:
    """Load a program and run it; SIGINT ends it silently until it hears signals itself.

    The modules that define programs import only this one, for loading the rest takes a second or
    more.

    Args:
        place: The module and the function to call, such as ``tap_loopreturns.tap:main``.

    Raises:
        SystemExit: with what the function returned, or 130 at a SIGINT.
    """
    # Some libraries take an exception amid their import for a part that is not installed.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    module, _, function = place.partition(":")
    program = getattr(import_module(module), function)
    # From here on things are put back at the end, such as a terminal that does not show a key.
    signal.signal(signal.SIGINT, lambda *_: sys.exit(_STOPPED))
    sys.exit(program())
