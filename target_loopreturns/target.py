"""The plugin: from the command line and Singer's messages to outcomes, STATE and an exit code."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import IO, Any, ClassVar

import click
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities

from loop_returns.errors import ActionsUnsettled, LoopReturnsError, RecordsUnwritable
from loop_returns.http.client import Client
from loopreturns_plugin import command_line
from loopreturns_plugin.sdk import LoopPlugin
from target_loopreturns import settings
from target_loopreturns.actions import messages, outcomes
from target_loopreturns.actions.messages import Input
from target_loopreturns.actions.outcomes import Outcome, Settled
from target_loopreturns.planning import plan
from target_loopreturns.sending import places
from target_loopreturns.sending.apply import Application, Key
from target_loopreturns.sending.open_ledger import open_ledger
from target_loopreturns.settings import TargetSettings


class TargetLoopReturns(LoopPlugin):
    """Singer target for Loop Returns: each row of a query is one action, carried out once."""

    # Not the SDK's Target: that one drains batches as it reads. Here nothing is
    # done before all of the input is checked, and STATE waits for the outcomes.

    name = "target-loopreturns"
    package_name = "tap-loopreturns"
    config_jsonschema = settings.CONFIG
    after_stop = "; the next run goes on with the rest."
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    _acting = False
    _told = 0

    @cached_property
    def settings(self) -> TargetSettings:
        """The checked configuration."""
        return settings.check(self.config)

    @cached_property
    def client(self) -> Client:
        """The account; reads and writes share the one budget of the key."""
        return self.settings.connection.client(
            user_agent=f"target-loopreturns/{self.plugin_version}", sleep=self.stop.sleep
        )

    @property
    def may_stop(self) -> bool:
        """Until it acts; from then on, a signal waits for the request under way."""
        return not self._acting

    def check_settings(self) -> Iterable[str]:
        """Check the configuration; warnings about it, a line each."""
        return self.settings.connection.warnings

    def listen(self, lines: Iterable[str | bytes]) -> None:
        """Read all messages, then plan, and act if told to.

        Raises:
            LoopReturnsError: nothing was done, or the rest was not, or not all succeeded.
        """
        places.make_home(self.settings.outcomes, self.settings.ledger)
        path = places.ledger(self.settings.ledger)
        outcomes.begin(self.settings.outcomes, path, singer=self._is_singer)
        given = messages.read(lines, self.settings.stream_map)
        repeated = given.rows - len(given.actions)
        again = f", {repeated:,} of them given twice" if repeated else ""
        self.logger.info("%s rows%s.", f"{given.rows:,}", again)
        connection = self.settings.connection
        with (
            closing(self.client),
            open_ledger(
                path,
                connection.api_url,
                connection.api_key,
                wait=self.settings.ledger_wait,
                sleep=self.stop.sleep,
            ) as ledger,
            ledger.history.run(
                applied=self.settings.apply, given=given.rows, version=str(self.plugin_version)
            ),
        ):
            run = Application(
                self.client,
                ledger,
                self.settings,
                stop_if_asked=self.stop.stop_if_asked,
                on_settled=self._tell,
                sleep=self.stop.sleep,
            )
            try:
                self._run(run, given)
            except BaseException as error:
                why = str(error) if isinstance(error, LoopReturnsError) else "the run was stopped"
                run.leave_the_rest(given.actions, f"the run ended before: {why}")
                raise
            finally:
                self._write(run.results.values())
            if self.settings.apply:
                self._end(given, run)

    def _run(self, run: Application, given: Input) -> None:
        planned = run.plan(given.actions)
        if not self.settings.apply:
            for line in plan.show(planned, where=self.settings.outcomes):
                click.echo(line, err=True)
            if known := _counted(run, run.known_before):
                click.echo(known, err=True)
            plans = [Settled(one.action, one.outcome, one.state) for one in planned]
            run.results.update({one.action.key: one for one in plans})
            click.echo("Nothing was done: set 'apply: true' to act.", err=True)
            return
        self._acting = True
        run.carry_out(planned)
        run.wait()

    def _tell(self, settled: Settled) -> None:
        """Say what became of an action, when it is known; of very many, the first."""
        self._told += 1
        if self._told <= plan.SHOWN:
            self.logger.info(plan.tell(settled.action, settled.outcome, settled.state))
        elif self._told == plan.SHOWN + 1:
            self.logger.info("… and more; all of them are in %s", self.settings.outcomes)

    @property
    def _is_singer(self) -> bool:
        return self.settings.outcomes_format == "singer"

    def _write(self, settled: Iterable[Settled]) -> None:
        settled = sorted(settled, key=lambda one: one.action.line)
        path = self.settings.outcomes
        try:
            outcomes.write(path, settled, singer=self._is_singer)
        except OSError as error:
            if not self._acting:
                raise
            raise RecordsUnwritable(
                f"The outcomes cannot be written to {path} ({error.strerror}); the ledger has "
                "them. Mend the path, and run again with the same rows."
            ) from None

    def _end(self, given: Input, run: Application) -> None:
        """Tell how it went, and pass STATE on if no row need be given again."""
        asked = {action.key for action in given.actions}
        results = Counter(run.results[key].outcome.result for key in asked)
        told = _counted(run, asked) or "Nothing to do"
        sent = f"{run.sent:,} requests sent" if run.sent else "nothing sent"
        self.logger.info("%s; %s. See %s.", told, sent, self.settings.outcomes)
        ended = (run.results[key] for key in asked - run.known_before)
        kinds = Counter((one.action.stream, one.action.name, one.outcome.result) for one in ended)
        for (stream, action, result), count in sorted(kinds.items()):
            self.logger.info("%s x %s %s: %s", f"{count:,}", stream, action, result)
        # What an earlier run had queued, and has failed since, is told once, aloud.
        holding = [
            one.outcome
            for key, one in run.results.items()
            if (key in asked or one.outcome.result == "failed") and run.holds_state(one)
        ]
        if holding:
            raise self._unsettled(holding)
        if results["uncertain"]:
            self.logger.warning(
                "%s uncertain actions hold STATE back no longer ('hold_hours'). Look at them in "
                "Loop, and settle them: target-loopreturns-ledger.",
                f"{results['uncertain']:,}",
            )
        if given.state is not None:
            _pass_on(given.state)

    def _unsettled(self, holding: Collection[Outcome]) -> ActionsUnsettled:
        count = Counter("not allowed" if one.code else one.result for one in holding)
        said = ", ".join(f"{number:,} {result}" for result, number in sorted(count.items()))
        allow = " Add what may be done to 'allow', or take the rows out of the query."
        return ActionsUnsettled(
            f"Actions that are not settled: {said}; the reasons are in {self.settings.outcomes}. "
            "The next run tries the failed ones again, and looks at the uncertain ones."
            + (allow if count["not allowed"] else "")
        )

    @classmethod
    def invoke(  # noqa: PLR0913  what stands on the command line
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        file_input: IO[bytes] | None = None,
        dry_run: bool = False,
        outcomes_file: str | None = None,
        **_other: Any,
    ) -> None:
        """Run the command; what stands on the command line goes before settings."""
        super().invoke(about=about, about_format=about_format)
        target = cls(config=config.config, parse_env_config=config.parse_env)
        if dry_run:
            target.settings = replace(target.settings, apply=False)
        if outcomes_file:
            target.settings = replace(target.settings, outcomes=outcomes_file)
        target.listen(file_input or sys.stdin.buffer)

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The command line, with the option that all targets have."""
        command = super().get_singer_command()
        command.help = (
            "Act on returns in Loop; without 'apply: true', only show what would be done."
        )
        command.params += [
            click.Option(
                ["--input", "file_input"],
                type=click.File("rb"),
                help="A path to read messages from instead of from standard in.",
            ),
            click.Option(
                ["--dry-run", "dry_run"],
                is_flag=True,
                help="Only show what would be done, also where 'apply' is true.",
            ),
            click.Option(
                ["--outcomes", "outcomes_file"],
                type=click.Path(dir_okay=False),
                help="A file for the outcomes, instead of the setting's.",
            ),
        ]
        return command


def _counted(run: Application, keys: Iterable[Key]) -> str:
    """How many actions came to which outcome; what was known before the run is told apart."""
    counts = Counter(
        run.results[key].outcome.result + (" before" if key in run.known_before else "")
        for key in keys
    )
    return ", ".join(f"{count:,} {result}" for result, count in sorted(counts.items()))


def _pass_on(state: str) -> None:
    try:
        _say(state)
    except OSError as error:
        sys.stdout = None  # Python would complain again when it flushes at its end
        raise RecordsUnwritable(
            f"All is done, but STATE cannot be passed on ({error.strerror}); the same rows may be "
            "given again, and nothing is done twice."
        ) from None


def _say(state: str) -> None:
    """Pass a STATE on as it came, in UTF-8 whatever the locale."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary:
        sys.stdout.flush()
        binary.write(f"{state}\n".encode())
    else:
        sys.stdout.write(f"{state}\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(TargetLoopReturns.cli, TargetLoopReturns.name)
