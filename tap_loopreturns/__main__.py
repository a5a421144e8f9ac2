"""Run the tap as `python -m tap_loopreturns`."""

from tap_loopreturns.tap import main

main()
