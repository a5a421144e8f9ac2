"""The extractor `tap-loopreturns-actions`: what the target did, from its ledger, into a warehouse.

An extractor of its own, as Meltano's users expect of anything that is loaded: it needs
no key and asks nothing of Loop, and any loader takes its two streams.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities

from loop_returns.errors import SettingsError
from loopreturns_plugin import command_line
from loopreturns_plugin.sdk import LoopPlugin
from target_loopreturns.actions import schemas
from target_loopreturns.sending import open_ledger, places
from target_loopreturns.sending.history import RunHistory

_SEQUENCE = {
    "type": ["integer", "null"],
    "description": "Grows with each record; a record that changes gets a new one.",
}
_RUN = {"type": ["string", "null"], "description": "The run that it came of."}


class HistoryStream(Stream):
    """Records of the ledger that were written after the bookmark, in their order."""

    replication_key = "sequence"
    is_sorted = True
    is_timestamp_replication_key = False

    def get_records(self, context: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
        """Read them all at once: the target may have the ledger meanwhile."""
        after = self.get_starting_replication_key_value(context) or 0
        with open_ledger.opened_by_hand(places.ledger(str(self.config["ledger"]))) as store:
            found = list(self.read(RunHistory(store), after))
        yield from found

    @abstractmethod
    def read(self, history: RunHistory, after: int) -> Iterator[dict[str, Any]]:
        """The stream's records after a sequence number."""


class ActionRuns(HistoryStream):
    """Each run of the target, however it ended."""

    name = "action_runs"
    primary_keys = ("run_id",)
    schema = schemas.schema("action_runs")

    def read(self, history: RunHistory, after: int) -> Iterator[dict[str, Any]]:
        """Runs after a sequence number."""
        return history.runs(after)


def _outcomes_schema() -> dict[str, Any]:
    """That of the file of outcomes, with what tells runs apart."""
    schema = copy.deepcopy(schemas.schema("action_outcomes"))
    schema["properties"] = {"run_id": _RUN, "sequence": _SEQUENCE, **schema["properties"]}
    return schema


class ActionOutcomes(HistoryStream):
    """What became of each action in each run."""

    name = "action_outcomes"
    primary_keys = ("run_id", "stream", "action_id")
    schema = _outcomes_schema()

    def read(self, history: RunHistory, after: int) -> Iterator[dict[str, Any]]:
        """Outcomes after a sequence number."""
        return history.outcomes(after)


class TapLoopReturnsActions(LoopPlugin, Tap):
    """Singer tap for the ledger of target-loopreturns: each run, and each outcome."""

    name = "tap-loopreturns-actions"
    package_name = "tap-loopreturns"
    has_sdk_settings = True
    after_stop = ". The last STATE is valid; the next run resumes there."
    config_jsonschema = th.PropertiesList(
        th.Property(
            "ledger",
            th.StringType,
            default=places.LEDGER,
            secret=True,
            title="Ledger",
            description="The target's ledger: its file, or the URL of its PostgreSQL database.",
        ),
    ).to_dict()
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @property
    def may_stop(self) -> bool:
        """At any time: what is not told now, the next run tells."""
        return True

    def check_settings(self) -> Iterable[str]:
        """See to it that the ledger has a place."""
        if not str(self.config.get("ledger") or "").strip():
            raise SettingsError("ledger", "names the ledger's file, or its PostgreSQL database.")
        return ()

    def discover_streams(self) -> list[Stream]:
        """Both streams; the ledger is not opened."""
        return [ActionRuns(self), ActionOutcomes(self)]


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(TapLoopReturnsActions.cli, TapLoopReturnsActions.name)
