"""Run the tap, as `tap-loopreturns` or as `python -m tap_loopreturns`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line."""
    # Loading takes a second or more; a Ctrl-C in it ends the program without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tap_loopreturns import tap  # noqa: PLC0415  after the signal is taken care of

    tap.main()


if __name__ == "__main__":
    main()
