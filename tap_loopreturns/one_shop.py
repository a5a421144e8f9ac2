"""The tap of one shop: its streams, its STATE, what the SDK needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, cast

from singer_sdk import Stream
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities, TapCapabilities

from loop_returns.errors import SettingsError
from loopreturns_plugin.sdk import LoopTap
from loopreturns_plugin.shop_list import has_shops
from tap_loopreturns import access, given, known_account, streams
from tap_loopreturns.output.account import StateAccount
from tap_loopreturns.output.writer import PageWriter
from tap_loopreturns.run import Run
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.streams.base import LoopStream


class OneShopTap(LoopTap):
    """Reads one shop."""

    name = "tap-loopreturns"
    package_name = "tap-loopreturns"
    config_jsonschema = CONFIG.to_dict()
    message_writer_class = PageWriter
    has_sdk_settings = True
    after_stop = ". The last STATE is valid; the next run resumes there."
    # Not BATCH: the SDK writes batch files without selection and stream maps.
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @cached_property
    def run(self) -> Run:
        """What all streams share."""
        return Run(
            config=self.config,
            known=self.known_settings,
            find_writer=lambda: cast("PageWriter", self.message_writer),
            stop=self.stop,
            log=self.logger,
            user_agent=f"tap-loopreturns/{self.plugin_version}",
            find_unreadable=self._find_unreadable,
            many_shops=has_shops(self.config),
        )

    def _find_unreadable(self) -> frozenset[str]:
        selected = self.selected_streams
        for stream in selected:
            stream.check_state()
        if not known_account.is_account_of_state(self.run):
            self.state.get("bookmarks", {}).clear()
        self.put_in_state("account", self.run.account.entry)
        due = [stream for stream in selected if stream.is_due]
        for stream in selected:
            stream.saving.take()
        others = [stream for stream in self.loop_streams if not stream.selected]
        return access.unreadable(self.run, due, others)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up STATE.

        Raises:
            SettingsError: it is of many shops, or says of its account what cannot be read.
        """
        if "shops" in state:
            raise SettingsError(
                "--state", "is of many shops; set 'shops' or 'shops_file', or give one shop's part."
            )
        # A property, where a stream has none.
        known: dict[str, object] = {kind.name: kind.replication_key for kind in streams.STREAMS}
        given.check_state(state, known, self.logger)
        super().load_state(state)
        if (account := state.get("account")) is not None:
            self.run.account = StateAccount(account)
            self.put_in_state("account", self.run.account.entry)

    def discover_streams(self) -> list[LoopStream]:
        """All streams; needs neither key nor network."""
        return streams.build(self, self.run)

    @property
    def streams(self) -> dict[str, Stream]:
        """All streams in the order in which they are read; the SDK has them by name."""
        found = super().streams
        kinds = streams.kinds(many_shops=self.run.many_shops)
        return {kind.name: found[kind.name] for kind in kinds}

    @property
    def loop_streams(self) -> list[LoopStream]:
        """All streams."""
        return [cast("LoopStream", stream) for stream in self.streams.values()]

    @property
    def selected_streams(self) -> list[LoopStream]:
        """Those that are read."""
        return [stream for stream in self.loop_streams if stream.selected]

    @property
    def may_stop(self) -> bool:
        """While Loop is awaited, too, but never within a message."""
        return not self.run.writer.busy

    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each."""
        return self.run.settings.warnings
