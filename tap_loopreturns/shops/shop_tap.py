"""The tap of one of many shops."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from loop_returns import times
from loop_returns.errors import SettingsError
from loopreturns_plugin.shop_list import ShopEntry
from loopreturns_plugin.stopping import Stopped
from tap_loopreturns.one_shop import OneShopTap
from tap_loopreturns.other_run import warn_of_other_run
from tap_loopreturns.output.shop_log import ShopLogger
from tap_loopreturns.run import Run
from tap_loopreturns.settings import CONFIG
from tap_loopreturns.shops.reading import ShopRead
from tap_loopreturns.shops.states import ShopStates

# An evaluator of stream maps is no threads' to share.
_MAPS = ("stream_maps", "flattening_enabled")

_KNOWN: dict[str, Any] = CONFIG.to_dict()["properties"]
EVENTS_DEFAULTS = {name: _KNOWN[name].get("default") for name in ("events_shop", "events_reader")}
"""What stands for nothing given of what is each shop's own."""


class ShopTap(OneShopTap):
    """One of many shops: as if it was the only one, but for where it writes.

    Args:
        entry: The shop, with its configuration.
        fleet: The tap of all shops: what it has selected, and where it writes.
        states: The STATE of all shops.
        gate: Bounds the requests that are under way in all of them.
    """

    def __init__(
        self,
        entry: ShopEntry,
        fleet: OneShopTap,
        states: ShopStates,
        gate: AbstractContextManager[object] | None = None,
    ) -> None:
        if entry.problem:
            raise SettingsError("shops", entry.problem)
        self._entry = entry
        self._fleet = fleet
        self._states = states
        self._gate = gate
        self.like = None if any(entry.config.get(name) for name in _MAPS) else fleet
        super().__init__(
            config=_with_events(entry),
            catalog=fleet.input_catalog,
            state=states.of(entry.name),
            message_writer=fleet.message_writer,
        )
        shown = {stream.name: stream for stream in fleet.loop_streams}
        for stream in self.loop_streams:
            stream.select_as(shown[stream.name])

    @cached_property
    def run(self) -> Run:
        """What the shop's streams share."""
        return dataclasses.replace(
            super().run,
            many_shops=True,
            shop=self._entry.name,
            shop_log=(log := ShopLogger(self._entry.name, self.logger)),
            log=log,
            gate=self._gate,
            stop=self._fleet.stop,
        )

    @property
    def state_writer(self) -> Any:
        """Where the streams hand in STATE: the whole of it, of this shop."""
        return self

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Take in the shop's STATE."""
        self._states.put(self._entry.name, state)

    def check_settings(self) -> Iterable[str]:
        """Check the shop's configuration; what all have in common has been warned of."""
        self.run.settings  # noqa: B018  which checks it
        return ()

    def read(self) -> ShopRead:
        """Read all selected streams; what that ends with is told with what came before.

        Raises:
            SettingsError: the shop's configuration cannot be used.
        """
        client = self.run.client
        until: int | None = None
        error: BaseException | None = None
        try:
            until = self._read_streams()
        except (Exception, Stopped) as end:  # noqa: BLE001  told by whoever reads all shops
            error = end
        finally:
            client.close()
        rows = sum(stream.progress.rows for stream in self.loop_streams)
        return ShopRead(rows, client.requests, until, error)

    def _read_streams(self) -> int:
        """Read them, and put down in STATE up to when they are out."""
        selected = self.selected_streams
        with warn_of_other_run(self.run, [stream.name for stream in selected]):
            for stream in selected:
                stream.sync()
        if self.run.missing:  # what could be read is out, and counts
            self.write_state(self.state)
        self.run.end()
        until = self.run.span.end
        self.put_in_state("read_until", times.show(until))
        self.write_state(self.state)
        return until


def _with_events(entry: ShopEntry) -> dict[str, Any]:
    """A shop's configuration; in a store of events it is known by its name.

    Each shop is a reader of its own: what one has landed says nothing of the others.
    """
    config = dict(entry.config)
    if config.get("events_store"):
        own = {"events_shop": entry.name, "events_reader": f"tap-loopreturns-{entry.name}"}
        for name, value in own.items():
            if config.get(name) in {None, "", EVENTS_DEFAULTS[name]}:
                config[name] = value
    return config
