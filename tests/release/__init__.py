"""A release, from the tag to the installed package, against an index of its own.

`python -m tests.release` installs each extra on each Python at hand, and runs what it
brings.
"""
