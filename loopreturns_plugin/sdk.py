"""Everything of singer-sdk that is private to it and used here; read of version 0.54.9.

Plugins and streams derive from the two classes below, and use only what is public.
"""

from __future__ import annotations

import copy
import logging
import os
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import FrameType
from typing import Any, ClassVar, cast

import click
from singer_sdk import Stream, Tap
from singer_sdk.about import AboutInfo
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._catalog import pop_deselected_record_properties
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.plugin_base import PluginBase, _ConfigInput
from singer_sdk.singerlib import SchemaMessage

from loop_returns.errors import LoopReturnsError
from loopreturns_plugin import config_files, package
from loopreturns_plugin.stopping import StopRequest

Config = _ConfigInput
"""What the command line gives as `config`: the files' settings, and whether ENV is among them."""

_SAID_BETTER = (
    "Beginning sync of",
    "Starting incremental sync of",
    "Skipping deselected stream",
    "Skipping parse of env var settings",
    "Parsing env var for settings config",
    "Parsing '%s' config from env variable",
    "An unhandled error occurred while syncing",
)


class LoopPlugin(PluginBase):
    """What the tap and the target share as plugins: configuration, log, signals.

    The SDK reads files and variables without a look, and ends in a traceback where
    they are of another kind; it stops at a signal amid a message.
    """

    after_stop: ClassVar[str]
    """What the log adds to "Stopped by SIGTERM"."""
    has_sdk_settings: ClassVar[bool] = False
    """Whether the SDK checks the configuration too, for settings of its own (stream maps)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        keep_calm(self.logger)  # before the SDK's first line
        super().__init__(*args, **kwargs)

    @cached_property
    def stop(self) -> StopRequest:
        """The signals that this run has got."""
        return StopRequest(self.logger, self.after_stop)

    @property
    @abstractmethod
    def may_stop(self) -> bool:
        """Whether nothing would be cut in half by stopping now."""

    @abstractmethod
    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each.

        Raises:
            SettingsError: it is wrong.
        """

    @classmethod
    def known_settings(cls) -> Mapping[str, Any]:
        """The JSON Schema of each setting that there is, by its name."""
        schema = copy.deepcopy(cls.config_jsonschema)
        cls.append_builtin_config(schema)
        known: Mapping[str, Any] = schema["properties"]
        return known

    @classmethod
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Config:
        """Read the configuration."""
        del ctx, param
        return Config(config_files.configuration(value), "ENV" in value)

    @classmethod
    def _get_about_info(cls) -> AboutInfo:
        """What --about tells, with where more stands."""
        info = super()._get_about_info()
        address = package.address("tap-loopreturns", "Documentation")
        info.description = f"{info.description} Documentation: {address}"
        return info

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        return read_environment(cls.known_settings(), cls._env_var_prefix)

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        del frame
        self.stop.receive(signum, may_stop=self.may_stop)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        keep_calm(self.logger)
        if raise_errors:
            for warning in self.check_settings():
                self.logger.warning(warning)
            if self.has_sdk_settings:
                self._check_sdk_settings()
        if not self.metrics_logger.isEnabledFor(logging.DEBUG):
            self.metrics_logger.setLevel(logging.WARNING)
        return []

    def _check_sdk_settings(self) -> None:
        """Let the SDK check its own settings; for the others, it knows text less well."""
        own = self.config_jsonschema
        self.__dict__["config_jsonschema"] = {"properties": {}}  # it adds those of its own
        try:
            super()._validate_config(raise_errors=True)
        except ConfigValidationError as error:
            raise LoopReturnsError(f"Configuration: {'; '.join(error.errors)}") from None
        finally:
            self.__dict__["config_jsonschema"] = own


class LoopTap(LoopPlugin, Tap):
    """A tap that may read many shops instead of one.

    The SDK's own reading, of one, is marked as final.
    """

    like: LoopTap | None = None
    """Another tap whose streams look the same, if there is one: with its schemas, its selection
    and no stream maps. What both have in common is made once (a quarter of what a small shop
    costs), and a SCHEMA that the other has written is not made again."""

    def setup_mapper(self) -> None:
        """Make the stream maps, or take those of the other tap."""
        if self.like:
            self.mapper = self.like.mapper
        else:
            super().setup_mapper()

    @cached_property
    def written_schemas(self) -> set[str]:
        """Streams whose SCHEMA is out, by taps that look the same."""
        return self.like.written_schemas if self.like else set()

    @property
    def has_shops(self) -> bool:
        """Whether there are many shops."""
        return False

    def read_shops(self) -> None:
        """Read all of them."""

    def put_in_state(self, name: str, value: Any) -> None:
        """Put something beside the bookmarks into STATE; it is written with them."""
        self.state.setdefault("bookmarks", {})
        self.state[name] = value  # type: ignore[literal-required]

    def sync_all(self) -> None:  # type: ignore[misc]
        """Read the one shop, or all of many."""
        if self.has_shops:
            self.read_shops()
        else:
            super().sync_all()


class SingerStream(Stream):
    """A stream whose bookmark and messages are written when told to.

    Two of the SDK's habits are replaced. Records are written a page at a time, since
    its way costs more than all other work together. And its bookmark, the greatest
    value seen, is not used: Loop's lists are not known to be sorted, so a value that
    was seen proves nothing of those before it.
    """

    def write_schema(self) -> None:
        """Write the SCHEMA message."""
        self._write_schema_message()

    def select_as(self, other: SingerStream) -> None:
        """Select what another tap's stream selects."""
        self._mask = other.mask

    def _write_schema_message(self) -> None:
        tap = cast("LoopTap", self._tap)
        if tap.like and self.name in tap.written_schemas:
            return
        super()._write_schema_message()
        tap.written_schemas.add(self.name)

    def set_version(self, version: int | None) -> None:
        """The version that the records carry from now on."""
        self._stream_version = version

    @property
    def version(self) -> int | None:
        """The version that the records carry, of a table that is read whole."""
        return self._stream_version

    def activate_version(self) -> None:
        """Tell the target to remove all records of other versions."""
        if self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    @property
    def state_entry(self) -> dict[str, Any]:
        """The stream's entry in STATE."""
        return self.state_manager.stream_state

    @property
    def given_entry(self) -> Mapping[str, Any]:
        """The stream's entry in the STATE that the run was given; empty where there is none."""
        bookmarks = self.tap_state.get("bookmarks") or {}
        entry = bookmarks.get(self.name) if isinstance(bookmarks, dict) else bookmarks
        return entry or {}

    def put_state(self, entry: Mapping[str, Any]) -> None:
        """Replace the stream's entry in STATE; `flush_state` writes it."""
        state = self.state_manager.stream_state
        state.clear()
        state.update(entry)
        self.state_manager.is_flushed = False

    def flush_state(self) -> None:
        """Write STATE, of all streams, if the entry has changed since it was written last."""
        self._write_state_message()

    def without_deselected(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record without the properties that are not selected; it is changed in place."""
        pop_deselected_record_properties(record, self.schema, self.mask)
        return record

    @cached_property
    def is_written_as_it_is(self) -> bool:
        """Whether no stream map, flattening or selection changes its records."""
        maps = self.stream_maps
        return (
            len(maps) == 1
            and type(maps[0]) is SameRecordTransform
            and not maps[0].flattening_enabled
            and maps[0].stream_alias == self.name
            and all(self.mask.values())
        )

    def finish_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema of a SCHEMA message, from the one that stream maps have made."""
        return schema

    def _generate_schema_messages(self) -> Iterable[SchemaMessage]:  # type: ignore[override]
        for message in super()._generate_schema_messages():
            message.schema = self.finish_schema(message.schema)
            yield message

    def _write_starting_replication_value(self, *_: Any, **__: Any) -> None:
        """Read no bookmark here: one that is none would end in a traceback."""

    def _increment_stream_state(self, *_: Any, **__: Any) -> None:
        """Leave the bookmark to whoever reads the stream."""


class _Calm(logging.Filter):
    """Passes over the SDK's lines that repeat, less well, what the plugins say."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(_SAID_BETTER)


def keep_calm(logger: logging.Logger) -> None:
    """Keep a logger calm, unless it is set to debug."""
    if not logger.isEnabledFor(logging.DEBUG) and not any(
        isinstance(f, _Calm) for f in logger.filters
    ):
        logger.addFilter(_Calm())


def read_environment(known: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The settings that the environment (and a `.env` file) gives.

    A number that is none ends in a traceback in the SDK; here it is passed on as
    text, and the settings' own check says what is wrong.
    """
    found: dict[str, Any] = {}
    for name, schema in known.items():
        try:
            found |= parse_environment_config({"properties": {name: schema}}, prefix)
        except ValueError:
            found[name] = os.environ[prefix + name.upper()]
    return found
