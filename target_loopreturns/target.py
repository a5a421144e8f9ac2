"""The plugin: from the command line and Singer's messages to outcomes, STATE and an exit code."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from functools import cached_property
from types import FrameType
from typing import IO, Any, ClassVar

import click
import msgspec
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities
from singer_sdk.plugin_base import PluginBase, _ConfigInput

from tap_loopreturns import cli, environment, files, logs
from tap_loopreturns.loop.client import Account, Client
from tap_loopreturns.loop.pacing import Pacer
from target_loopreturns import messages, outcomes, plan
from target_loopreturns import settings as settings_
from target_loopreturns.errors import ActionsUnsettled
from target_loopreturns.ledger import open_ledger
from target_loopreturns.messages import Input
from target_loopreturns.outcomes import Settled
from target_loopreturns.run import Run


class TargetLoopReturns(PluginBase):
    """Singer target for Loop Returns: each row of a query is one action, carried out once."""

    # Not the SDK's Target: that one drains batches as it reads. Here nothing is
    # done before all of the input is checked, and STATE waits for the outcomes.

    name = "target-loopreturns"
    package_name = "tap-loopreturns"
    config_jsonschema = settings_.CONFIG
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    _asked_to_stop: int | None = None
    _acting = False

    @cached_property
    def settings(self) -> settings_.Settings:
        """The checked configuration."""
        return settings_.check(self.config)

    @cached_property
    def client(self) -> Client:
        """The account; reads and writes share the one budget of the key."""
        account = self.settings.account
        return Client(
            Account(
                account.api_url,
                account.api_version,
                account.api_key,
                patience=account.patience,
                timeout=account.timeout,
            ),
            Pacer(account.requests_per_minute),
            user_agent=f"target-loopreturns/{self.plugin_version}",
        )

    def listen(self, lines: Iterable[str | bytes]) -> None:
        """Read all messages, then plan, and act if told to.

        Raises:
            LoopReturnsError: nothing was done, or the rest was not, or not all succeeded.
        """
        given = messages.read(lines, self.settings.stream_map)
        repeated = given.rows - len(given.actions)
        again = f", {repeated:,} of them given twice" if repeated else ""
        self.logger.info("%s rows%s.", f"{given.rows:,}", again)
        with (
            closing(self.client),
            open_ledger(self.settings.ledger, self.settings.account.api_url) as ledger,
        ):
            run = Run(self.client, ledger, self.settings, stop_if_asked=self.stop_if_asked)
            planned = run.plan(given.actions)
            for line in plan.show(planned, where=self.settings.outcomes):
                click.echo(line, err=True)
            if not self.settings.apply:
                plans = [Settled(one.action, one.outcome, one.state) for one in planned]
                self._write([*run.results.values(), *plans])
                click.echo("Nothing was done: set 'apply: true' to act.", err=True)
                return
            self._acting = True  # from here on, a signal waits for the request under way
            try:
                run.carry_out(planned)
                run.wait()
            finally:
                self._write(run.results.values())
            self._end(given, run)

    def _write(self, settled: Iterable[Settled]) -> None:
        settled = sorted(settled, key=lambda one: one.action.line)
        singer = self.settings.outcomes_format == "singer"
        outcomes.write(self.settings.outcomes, settled, singer=singer)

    def _end(self, given: Input, run: Run) -> None:
        """Tell how it went, and pass STATE on if no row need be given again."""
        asked = {action.key for action in given.actions}
        results = Counter(run.results[key].outcome.result for key in asked)
        told = ", ".join(f"{count:,} {result}" for result, count in sorted(results.items()))
        self.logger.info("%s. See %s.", told or "Nothing to do", self.settings.outcomes)
        # What an earlier run had queued, and has failed since, is told once, aloud.
        results["failed"] += sum(
            one.outcome.result == "failed" for key, one in run.results.items() if key not in asked
        )
        if results["failed"] or results["uncertain"]:
            raise ActionsUnsettled(
                f"{results['failed']:,} actions failed, {results['uncertain']:,} are uncertain; "
                f"the reasons are in {self.settings.outcomes}. The next run tries the failed "
                "ones again, and looks at the uncertain ones."
            )
        if given.state:
            sys.stdout.write(msgspec.json.encode(given.state["value"]).decode() + "\n")
            sys.stdout.flush()

    def stop_if_asked(self) -> None:
        """Stop here, between two requests, if a signal has asked for it."""
        if self._asked_to_stop is None:
            return
        name = signal.Signals(self._asked_to_stop).name
        self.logger.warning("Stopped by %s; the next run goes on with the rest.", name)
        raise SystemExit(128 + self._asked_to_stop)

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if not self._acting or self._asked_to_stop is not None:
            raise SystemExit(128 + signum)
        self._asked_to_stop = signum

    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        return environment.read(cls.config_jsonschema["properties"], cls._env_var_prefix)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        logs.calm(self.logger)
        if raise_errors:
            for warning in self.settings.account.warnings:
                self.logger.warning(warning)
        return []

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration."""
        del ctx, param
        return _ConfigInput(files.configuration(value), "ENV" in value)

    @classmethod
    def invoke(
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        file_input: IO[str] | None = None,
        **_other: Any,
    ) -> None:
        """Run the command."""
        super().invoke(about=about, about_format=about_format)
        target = cls(config=config.config, parse_env_config=config.parse_env)
        target.listen(file_input or sys.stdin.buffer)

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The command line, with the option that all targets have."""
        command = super().get_singer_command()
        command.help = (
            "Act on returns in Loop; without 'apply: true', only show what would be done."
        )
        command.params.append(
            click.Option(
                ["--input", "file_input"],
                type=click.File("r"),
                help="A path to read messages from instead of from standard in.",
            )
        )
        return command


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    cli.run(TargetLoopReturns.cli, TargetLoopReturns.name)
