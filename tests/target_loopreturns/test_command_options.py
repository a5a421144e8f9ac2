"""What the command line of the target has beside settings."""

from __future__ import annotations

from pathlib import Path

from target_loopreturns import command_options
from target_loopreturns.target import TargetLoopReturns


def test_every_option_is_taken_by_the_command_and_told_on_the_targets_page() -> None:
    """Each with a line of help."""
    taken = {option.name: option for option in TargetLoopReturns.get_singer_command().params}
    page = (Path(__file__).parents[2] / "docs" / "target.md").read_text("utf-8")
    for option in command_options.own():
        assert option.help
        assert taken[option.name].opts == option.opts
        assert option.opts[0] in page
