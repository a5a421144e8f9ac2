"""Reading the lists that are mirrored, and what is to be done to them."""

from __future__ import annotations

import logging

from loop_returns.errors import InputRefused
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.actions.messages import Input
from target_loopreturns.planning import account_now, mirror
from target_loopreturns.sending.ledger import Ledger
from target_loopreturns.settings import TargetSettings

log = logging.getLogger("target-loopreturns")


def mirror_lists(
    given: Input, settings: TargetSettings, client: Client, ledger: Ledger
) -> tuple[list[Action], set[tuple[str, str]]]:
    """The input's actions with those that make mirrored lists equal to it.

    Returns:
        The actions, and the keys of those to be done although they were done before.

    Raises:
        InputRefused: more would be removed than may be, or the input breaks off.
    """
    actions = [one for one in given.actions if one.stream not in settings.mirror]
    anew: set[tuple[str, str]] = set()
    for stream in sorted(settings.mirror):
        wanted = [one for one in given.actions if one.stream == stream]
        if stream in given.unfinished:
            raise InputRefused(
                f"Mirroring {stream} wants the whole query, and the input ends without a STATE "
                "after its rows: the tap may have broken off. Nothing was done."
            )
        if not wanted:
            log.warning("%s: no rows came, so nothing is removed from the list.", stream)
            continue
        rows = account_now.rows(client, stream)
        found = mirror.mirrored(stream, wanted, rows, ledger.made(wanted))
        count, share = settings.mirror_count, settings.mirror_share
        mirror.check_limits(stream, found, len(rows), count=count, share=share)
        actions += found.actions
        anew |= found.anew
    return actions, anew
