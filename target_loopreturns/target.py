"""The plugin: from the command line and Singer's messages to outcomes, STATE and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import IO, Any, ClassVar

import click
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities

from loop_returns.errors import LoopReturnsError, RecordsUnwritable, SettingsError
from loop_returns.http.client import Client
from loopreturns_plugin import command_line
from loopreturns_plugin.sdk import LoopPlugin
from loopreturns_plugin.shop_list import SHOPS, ShopEntry, has_shops
from target_loopreturns import command_options, many_shops, settings
from target_loopreturns.actions import messages, outcomes
from target_loopreturns.actions.messages import Input
from target_loopreturns.actions.outcomes import Settled
from target_loopreturns.planning import plan, plan_file
from target_loopreturns.planning.plan import Planned
from target_loopreturns.planning.plan_file import Approved
from target_loopreturns.sending import places, telling
from target_loopreturns.sending.apply import Application
from target_loopreturns.sending.open_ledger import account_digest, open_ledger
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

    shop = ""
    """The shop that it acts for, of many."""
    _acting = False
    _told = 0
    _dry_run = False

    @cached_property
    def settings(self) -> TargetSettings:
        """The checked configuration; of many shops, what they have in common."""
        if not has_shops(self.config):
            return settings.check(self.config)
        common = {name: value for name, value in self.config.items() if name not in SHOPS}
        return settings.check({**common, "api_key": "of-a-shop"})

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
        if has_shops(self.config):
            self._listen_for_shops(lines)
            return
        self._begin()
        self._act_on(*self._given(lines))

    def _listen_for_shops(self, lines: Iterable[str | bytes]) -> None:
        if self.settings.plan:
            raise SettingsError("plan", many_shops.NO_PLAN)
        entries = many_shops.entries({**self.config, "outcomes": self.settings.outcomes})
        names = [entry.name for entry in entries]
        given = many_shops.read(lines, names, self.settings.stream_map)
        acted = many_shops.act(entries, given, self._act_for, self.logger)
        if given.state is not None and acted:
            telling.pass_on(given.state)

    def _act_for(self, entry: ShopEntry, given: Input) -> bool:
        one = TargetLoopReturns(config=dict(entry.config))
        one.shop, one.stop = entry.name, self.stop
        if self._dry_run:
            one.settings = replace(one.settings, apply=False)
        one._begin()
        one._act_on(given, None)
        return one.settings.apply

    def _begin(self) -> None:
        """Make the places of the ledger and the outcomes, with none of an earlier run."""
        places.make_home(self.settings.outcomes, self.settings.ledger)
        path = places.ledger(self.settings.ledger)
        outcomes.begin(self.settings.outcomes, path, singer=self._is_singer, shop=self.shop)

    def _act_on(self, given: Input, approved: Approved | None) -> None:
        path = places.ledger(self.settings.ledger)
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
                applied=self.settings.apply,
                given=given.rows,
                version=str(self.plugin_version),
                plan=approved.digest if approved else None,
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
                self._run(run, given, approved, is_new=ledger.is_new)
            except BaseException as error:
                why = str(error) if isinstance(error, LoopReturnsError) else "the run was stopped"
                run.leave_the_rest(given.actions, f"the run ended before: {why}")
                raise
            finally:
                self._write(run.results.values())
            if self.settings.apply:
                self._end(given, run)

    @property
    def _account(self) -> str:
        connection = self.settings.connection
        return account_digest(connection.api_url, connection.api_key)

    def _given(self, lines: Iterable[str | bytes]) -> tuple[Input, Approved | None]:
        """The rows, and the plan that is approved; then, rows that are not in it are new."""
        given = messages.read(lines, self.settings.stream_map)
        if not self.settings.approve:
            return given, None
        path, digest = self.settings.plan, self.settings.approve
        approved = plan_file.read(path, digest, account=self._account)
        known = {action.key for action in approved.actions}
        new = [action for action in given.actions if action.key not in known]
        if new:
            self.logger.warning(
                "%s rows are not in the approved plan, and are left.", f"{len(new):,}"
            )
        state = approved.state if given.state is None else given.state
        return Input([*approved.actions, *new], len(approved.actions) + len(new), state), approved

    def _run(
        self, run: Application, given: Input, approved: Approved | None, *, is_new: bool
    ) -> None:
        if approved:
            new = given.actions[len(approved.actions) :]
            run.leave_the_rest(new, "it is not in the approved plan; plan again")
        elif self.settings.mirror:
            given.actions = run.mirror(given)
        todo = approved.actions if approved else given.actions
        planned = run.plan(todo, approved)
        if self.settings.plan and not approved:
            self._save(planned, given)
        elif not self.settings.apply:
            for line in plan.show(planned, where=self.settings.outcomes):
                click.echo(line, err=True)
            if known := telling.counted(run, run.known_before):
                click.echo(known, err=True)
            plans = [Settled(one.action, one.outcome, one.state) for one in planned]
            run.results.update({one.action.key: one for one in plans})
            click.echo("Nothing was done: set 'apply: true' to act.", err=True)
        if not self.settings.apply:
            return
        if is_new and (warning := telling.not_shown(planned)):
            self.logger.warning(warning)
        self._acting = True
        run.carry_out(planned)
        run.wait()

    def _save(self, planned: list[Planned], given: Input) -> None:
        path = self.settings.plan
        digest = plan_file.save(path, planned, account=self._account, state=given.state)
        for line in plan_file.table(planned):
            click.echo(line, err=True)
        click.echo(
            f"Nothing was done. The plan is in {path}, this table in {path}.txt. To do exactly "
            f"this: --plan {path} --approve {digest}",
            err=True,
        )

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
            outcomes.write(path, settled, singer=self._is_singer, shop=self.shop)
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
        for line in telling.summary(run, asked, self.settings.outcomes):
            self.logger.info(line)
        if error := telling.unsettled(run, asked, self.settings.outcomes):
            raise error
        if warning := telling.still_uncertain(run, asked):
            self.logger.warning(warning)
        if given.state is not None:
            telling.pass_on(given.state)

    @classmethod
    def invoke(  # noqa: PLR0913  what stands on the command line
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        file_input: IO[bytes] | None = None,
        plan_path: str | None = None,
        digest: str | None = None,
        dry_run: bool = False,
        outcomes_file: str | None = None,
        **_other: Any,
    ) -> None:
        """Run the command; what stands on the command line goes before settings."""
        super().invoke(about=about, about_format=about_format)
        target = cls(config=config.config, parse_env_config=config.parse_env)
        if plan_path:
            target.settings = replace(target.settings, plan=plan_path, apply=False)
        if digest:
            target.settings = replace(target.settings, approve=digest, apply=True)
            if not target.settings.plan:
                raise SettingsError("approve", "wants the file of the plan, too: --plan FILE.")
        target._dry_run = dry_run
        if dry_run:
            target.settings = replace(target.settings, apply=False)
        if outcomes_file:
            target.settings = replace(target.settings, outcomes=outcomes_file)
        # A plan that is approved on the command line needs no other input.
        target.listen(file_input or (() if digest else sys.stdin.buffer))

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """The command line, with the option that all targets have."""
        command = super().get_singer_command()
        command.help = (
            "Act on returns in Loop; without 'apply: true', only show what would be done."
        )
        command.params += command_options.own()
        return command


def main() -> None:
    """Run the command line; an expected failure is one line and its exit code."""
    command_line.run(TargetLoopReturns.cli, TargetLoopReturns.name)
