"""How fast the tap is, against what Loop allows and against other ways to read it.

One command, ``python -m benchmarks``; see ``--help``. Its report is REPORT.md.
"""
