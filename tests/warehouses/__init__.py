"""The tap into real, unmodified targets, and what their tables hold afterwards.

``python -m tests.warehouses`` runs the whole matrix: it makes an environment for
each target, starts the servers they load into, has every stream of a mock
account loaded twice (changes and deletions in between), and compares the tables
with the account. A part of it runs under pytest: ``pytest tests/warehouses``.

The way through the files: `account` is what is read, `pipe` and `meltano` are
the ways it takes, `destinations` is where it goes, `meant` is what must arrive,
`compare` tells the difference, `matrix` does all of that for one destination.
"""
