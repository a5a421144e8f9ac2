"""Runs the target as a module: `python -m target_loopreturns`."""

from target_loopreturns.target import main

main()
