"""The dbt package on tables that were really loaded, and its figures recomputed from the account.

The way through the files: `mock` is the account, `loaded` brings it into a warehouse, `dbt` builds the
models, `expected` says what each mart must hold (written from the account's side, in Python),
`compare` tells the difference. ``python -m tests.targets.analytics`` does it at any size.
"""
