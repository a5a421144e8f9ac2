"""``python -m loopreturns_report`` is the same as ``loopreturns-report``."""

import signal
import sys


def main() -> int:
    """Run the command line; a Ctrl-C ends it without a traceback, also while it is loaded."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from loopreturns_report import cli  # noqa: PLC0415  after the signal is taken care of

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
