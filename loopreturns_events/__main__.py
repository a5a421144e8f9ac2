"""`python -m loopreturns_events` is `loopreturns-events`."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line, or say that it lacks its extra."""
    # A Ctrl-C while it is loaded ends it without a traceback.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from loopreturns_events import cli  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing}: pip install 'tap-loopreturns[events]'")
    signal.signal(signal.SIGINT, before)
    cli.main()


if __name__ == "__main__":
    main()
