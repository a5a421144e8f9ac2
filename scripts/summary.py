"""Show what a run has landed in DuckDB, from SQL over its tables alone."""

from __future__ import annotations

import sys

import duckdb

QUESTIONS = {
    "Returns by state": """
        select state, count(*) as returns,
               min(created_at)::date as first, max(updated_at) as last_change
        from loop.returns group by state order by returns desc""",
    "Returns by month": """
        select strftime(created_at, '%Y-%m') as month, count(*) as returns,
               count(*) filter (outcome like '%exchange%') as with_exchange,
               sum(refund::decimal(12, 2)) as refunded
        from loop.returns group by month order by month desc limit 6""",
    "Top reasons": """
        select return_reason as reason, count(*) as items, sum(price::decimal(12, 2)) as value
        from loop.return_line_items group by reason order by items desc limit 5""",
}


def main() -> None:
    """Print the answers."""
    warehouse = duckdb.connect(sys.argv[1], read_only=True)
    for question, sql in QUESTIONS.items():
        print(question)
        answer = warehouse.execute(sql)
        table([[name for name, *_ in answer.description], *answer.fetchall()])
        print()


def table(rows: list[list[object]]) -> None:
    """Print rows in columns."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        print(
            "    " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        )


if __name__ == "__main__":
    main()
