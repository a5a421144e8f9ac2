"""The plugin: one shop or many, and its command line."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterable
from functools import cached_property
from typing import IO, Any

import click
from singer_sdk import Tap

from loop_returns.errors import SettingsError, ShopsFailed, TargetGone
from loopreturns_plugin import command_line, config_files
from loopreturns_plugin.sdk import Config
from loopreturns_plugin.shop_list import SHOPS, ShopEntry, has_shops, read_shops
from loopreturns_plugin.stopping import Stopped
from tap_loopreturns import access, given, settings, streams, summary, supervised
from tap_loopreturns.one_shop import OneShopTap
from tap_loopreturns.other_run import warn_of_other_run
from tap_loopreturns.settings import OF_ONE_SHOP, TapSettings
from tap_loopreturns.shops import shops_summary
from tap_loopreturns.shops.reading import ShopsReading
from tap_loopreturns.shops.shop_tap import EVENTS_DEFAULTS, ShopTap
from tap_loopreturns.shops.side_by_side import side_by_side
from tap_loopreturns.shops.states import ShopStates

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # of mallopt(3)
_LARGE = 1024 * 1024  # bytes
_COLLECT_AFTER = 20_000  # objects; Python's own is 700


class TapLoopReturns(OneShopTap):
    """Singer tap for Loop Returns: every return, in every state, into any warehouse."""

    _reading: ShopsReading | None = None
    """Of many shops, once it is under way."""

    @property
    def has_shops(self) -> bool:
        """Whether the configuration names many shops."""
        return has_shops(self.config)

    @cached_property
    def shops(self) -> list[ShopEntry]:
        """The shops that the configuration names.

        Raises:
            SettingsError: as `read_shops`.
        """
        return read_shops(self.config, OF_ONE_SHOP)

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up STATE; that of many shops is looked at when they are read."""
        if self.has_shops:
            self._given_state = state
        else:
            super().load_state(state)

    def sync_all(self) -> None:  # type: ignore[misc]  # final, to the SDK; it has no other end
        """Read all streams; end loudly where something of them is missing."""
        if self.has_shops:
            super().sync_all()
            return
        with warn_of_other_run(self.run, [stream.name for stream in self.selected_streams]):
            super().sync_all()
        self.run.end()

    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each."""
        if self.has_shops:
            return self._check_shops()
        return super().check_settings()

    def _check_shops(self) -> Iterable[str]:
        """See to it that the list of shops and what they have in common can be used."""
        for name in ("events_shop", "events_reader"):
            # Meltano gives the defaults of settings, too.
            if self.config.get(name) not in {None, "", EVENTS_DEFAULTS[name]}:
                raise SettingsError(
                    name, "is of each shop, where there are many; its entry has it."
                )
        self.logger.debug("%d shops", len(self.shops))
        return self._common.warnings

    @cached_property
    def _common(self) -> TapSettings:
        """What all shops have in common, checked."""
        common = {name: value for name, value in self.config.items() if name not in SHOPS}
        return settings.check(
            {**common, "api_key": "of-a-shop", "events_shop": "of-a-shop"},
            now=self.run.began,
            known=self.known_settings(),
        )

    def read_shops(self) -> None:
        """Read all shops, side by side.

        Raises:
            ShopsFailed: some of them failed.
        """
        writer = self.run.writer
        states = ShopStates(self._state_of_shops(), writer)
        gate = threading.BoundedSemaphore(self._common.shops_concurrency)
        self._reading = ShopsReading(
            shops=self.shops,
            states=states,
            read_one=lambda entry: ShopTap(entry, self, states, gate).read(),
            at_once=self._common.shops_concurrency,
            log=self.logger,
            idle=self.run.stop_if_asked,
        )
        try:
            self._reading.read()
        except TargetGone:
            raise
        except BaseException:
            states.write()
            raise
        finally:
            writer.close()

    def _state_of_shops(self) -> dict[str, Any]:
        """STATE of many shops; that of one, from before, says nothing of tables of many."""
        if self._given_state.get("bookmarks"):
            self.logger.warning(
                "STATE is of one shop. The tables of many shops are others, so every shop is read "
                "from its start date; docs/shops.md tells how to go on from that STATE."
            )
        return self._given_state

    def _tell_access_of_shops(self) -> int:
        """Print which scopes each shop's key has and lacks; the exit code for it."""
        states = ShopStates({}, self.run.writer)
        worst = 0
        for outcome in side_by_side(
            self.shops,
            lambda entry: access.scopes(ShopTap(entry, self, states).selected_streams),
            at_once=self._common.shops_concurrency,
        ):
            readable, line = outcome.found or (False, f"not readable: {outcome.error}")
            worst = worst or (0 if readable else ShopsFailed.exit_code)
            click.echo(f"{outcome.shop}: {line}")
        return worst

    @classmethod
    def invoke(  # type: ignore[override]  # noqa: PLR0913  what stands on the command line
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Config | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
        test: str = "disabled",
    ) -> None:
        """Run the command, with files that hold what they should."""
        super(Tap, cls).invoke(about=about, about_format=about_format)
        cls.print_version(print_fn=cls.logger.info)
        config = config or Config()
        keys = {kind.name: kind.keys for kind in streams.kinds(many_shops=True)}
        tap = cls(
            config=config.config,
            parse_env_config=config.parse_env,
            state=None if state is None else given.state_in(_content("--state", state)),
            catalog=None
            if catalog is None
            else given.catalog_in(_content("--catalog", catalog), keys),
        )
        if test == "disabled":
            tap.read()
        elif test == "schema":
            tap.write_schemas()
        else:
            sys.exit(tap.tell_access())

    def read(self) -> None:
        """Read all selected streams.

        Raises:
            SettingsError: nothing is selected, or the catalog is not this tap's.
            LoopReturnsError: it cannot be done, or not to the end.
        """
        given.check_catalog(self.loop_streams, self.input_catalog)
        error: BaseException | None = None
        try:
            with supervised.announced() as asked:
                if asked is not None:
                    self.stop.receive(asked, may_stop=True)
                self.sync_all()
        except BaseException as end:
            error = end
            if isinstance(end, Stopped) and end.code == 0:
                supervised.tell_unfinished()
            raise
        finally:
            self._tell_summary(error)

    def _tell_summary(self, error: BaseException | None) -> None:
        if self.has_shops:
            shops_summary.tell(self.logger, shops_summary.of_shops(self._reading, error))
        else:
            selected = self.selected_streams
            summary.tell(self.logger, summary.of_run(selected, self.run.client.requests, error))

    def tell_access(self) -> int:
        """Print for each stream what the key may, from one request each; the exit code for it.

        The streams of the catalog are judged; without one those that Meltano would select, or
        those that are on by default.
        """
        if self.has_shops:
            return self._tell_access_of_shops()
        selected = {stream.name for stream in self.loop_streams if stream.selected}
        if self.input_catalog is None:
            chosen = access.chosen_by_meltano(os.environ, self.streams)
            selected = selected if chosen is None else chosen
        if not selected:
            raise given.nothing_selected()
        worst = 0
        skips = self.run.settings.skip_missing_scopes
        for code, line in access.report(self.loop_streams, selected, skips=skips):
            worst = worst or code
            click.echo(line)
        return worst

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The command line; --test waits for --catalog, wherever that stands."""
        command = super().get_singer_command()
        command.help = "Read a Loop Returns account; Singer messages go to stdout."
        for option in command.params:
            if option.name == "test":
                option.callback, option.expose_value = None, True
                option.help = (
                    "Say of each selected stream whether the key may read it, and write nothing. "
                    "--test=schema writes the SCHEMA messages alone."
                )
        return command


def _content(option: str, file: IO[str]) -> dict[str, Any]:
    try:
        content = file.read()
    except UnicodeDecodeError:
        content = ""
    return config_files.parse(option, content.encode(errors="replace"))


def _share_memory_among_threads() -> None:
    """Let the C library keep one arena, and give back what was large, where it can (glibc).

    By default each thread has an arena, which holds on to the room of the largest answers
    that it ever had: 18 to 25 MB more at the peak of a backfill. And after the first large
    answer was freed, others are put among small things, where they leave holes: 16 MB more.
    """
    try:
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
    except (AttributeError, OSError, TypeError):  # another C library has its own ways
        return


def _collect_seldom() -> None:
    """Let Python look for circles of garbage seldom, and not among what was imported.

    Records are no circles. By Python's own thresholds a tenth of a backfill's CPU goes there.
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    _share_memory_among_threads()
    _collect_seldom()
    command_line.run(TapLoopReturns.cli, TapLoopReturns.name)
