"""`python -m loopreturns_events` is `loopreturns-events`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say that it lacks its extra."""
    try:
        from loopreturns_events import cli  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing}: pip install 'tap-loopreturns[events]'")
    cli.main()


if __name__ == "__main__":
    main()
