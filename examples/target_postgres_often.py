"""MeltanoLabs' target-postgres, acknowledging more often than each five minutes.

A target of singer-sdk writes STATE when it has emptied all that it holds: each five
minutes, at the end, or at a signal. What a run has loaded since is asked for again by the
next one if this one is killed. Here it is done as often as the first argument says, in
minutes. Written for singer-sdk 0.54; the name it sets is private to it.

In meltano.yml, as the loader's executable, a script such as

    exec .meltano/loaders/target-postgres/venv/bin/python target_postgres_often.py 0.5 "$@"
"""

# ruff: noqa: INP001  a program to copy, in no package

from __future__ import annotations

import sys

from target_postgres.target import TargetPostgres

TargetPostgres._MAX_RECORD_AGE_IN_MINUTES = float(sys.argv.pop(1))  # noqa: SLF001
TargetPostgres.cli()
