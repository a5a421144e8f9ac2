"""``python -m loopreturns_report`` is the same as ``loopreturns-report``."""

import sys

from loopreturns_report.cli import main

if __name__ == "__main__":
    sys.exit(main())
