"""What STATE says of the rows of a stream that the target has, taken up and put back."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from loopreturns_plugin.sdk import SingerStream
from tap_loopreturns.output.sent import SentRows, marks_in, written_by
from tap_loopreturns.output.state import remember
from tap_loopreturns.run import Run


class Saving:
    """Lets a stream leave out rows that the target has as they are.

    Not where many shops share STATE, which it would make too large.
    """

    def __init__(self, stream: SingerStream, run: Run) -> None:
        self._stream = stream
        self._run = run
        self._given: Any = None

    @property
    def is_on(self) -> bool:
        """Whether anything is left out."""
        run = self._run
        return not run.settings.send_unchanged and not run.many_shops

    def take(self) -> None:
        """Take out of STATE what it says, until the stream is read.

        It would be a large part of each STATE message, and is not true of a stream half read.
        """
        if "sent" in self._stream.given_entry:
            self._given = self._stream.state_entry.pop("sent")

    def put_back(self) -> None:
        """Put it back as it was, since the stream is not read in this run."""
        if self._given is not None:
            remember(self._stream, sent=self._given)

    def rows(self, *, anew: bool = False) -> SentRows | None:
        """What tells which rows are news: all are, where the stream is read `anew`.

        Raises:
            SettingsError: what STATE says of them cannot be read.
        """
        if not self.is_on:
            return None
        stream = self._stream
        if anew or stream.replication_method == REPLICATION_FULL_TABLE:
            return SentRows()
        value = stream.given_entry.get("replication_key_value")
        return SentRows(marks_in(self._given, self._written_by, value))

    def entry(self, sent: SentRows | None) -> dict[str, Any] | None:
        """Which rows the target has, for STATE, once all that was read is written."""
        until = self._stream.state_entry.get("replication_key_value")
        return sent.entry(self._written_by, until) if sent and until else None

    @cached_property
    def _written_by(self) -> str:
        stream = self._stream
        return written_by(
            self._run.user_agent,
            self._run.settings.pii,
            [
                (one.stream_alias, stream.finish_schema(one.transformed_schema))
                for one in stream.stream_maps
            ],
            sorted(stream.mask.items()),
            {k: v for k, v in stream.config.items() if k.startswith(("stream_map", "flatten"))},
        )
