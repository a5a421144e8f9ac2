"""Which reading of a whole list was the last complete one, for tables that many shops share."""

from __future__ import annotations

from typing import Any, ClassVar

from loop_returns.endpoints import RETURNS_LIST, Endpoint
from tap_loopreturns.streams.base import LoopStream

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "stream": {"type": ["string"], "description": "The stream that was read to its end."},
        "read_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When that reading began. Rows of the shop whose last_seen_at is older "
            "have been deleted at Loop.",
        },
        "rows": {"type": ["integer", "null"], "description": "How many rows it found."},
    },
}


class FullTableReads(LoopStream):
    """One record a shop and table that is read whole.

    A row of that table whose `last_seen_at` is older than `read_at` has been deleted at
    Loop: a complete reading did not find it.
    """

    name = "full_table_reads"
    keys: tuple[str, ...] = ("stream",)
    endpoint: ClassVar[Endpoint] = RETURNS_LIST  # asks nothing of its own
    costs = "none"

    @classmethod
    def own_schema(cls) -> dict[str, Any]:
        """The schema of its records, which are not Loop's."""
        return _SCHEMA

    def tell(self, stream: str, read_at: str, rows: int) -> None:
        """Write that a table was read to its end, after its last record."""
        if not self.selected:
            self.logger.warning(
                "%s: is read, but full_table_reads is not selected, so rows that Loop has deleted "
                "cannot be told.",
                stream,
            )
            return
        self.write_schema()
        self.write([{"stream": stream, "read_at": read_at, "rows": rows}])

    def read(self) -> None:
        """Nothing: it is told by the streams that are read whole."""

    def probe(self) -> None:
        """Nothing to ask."""

    def nothing_to_ask(self) -> str | None:
        """It is made of what the others read."""
        return "it tells of the tables that are read whole"
