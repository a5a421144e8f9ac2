"""Run by the Python of a Snowflake environment: dbt on fakesnow, Snowflake's SQL in DuckDB.

Takes the folder of fakesnow's database, and dbt's arguments. It stands alone, since that
environment has nothing of this project.
"""

import importlib
import os
import sys


def main() -> None:
    fakesnow = importlib.import_module("fakesnow")
    runner = importlib.import_module("dbt.cli.main").dbtRunner
    with fakesnow.patch(db_path=sys.argv[1]):
        result = runner().invoke(sys.argv[2:])
    sys.stdout.flush()
    # The threads of DuckDB would keep the process up.
    os._exit(0 if result.success else 1)


if __name__ == "__main__":
    main()
