"""`python -m tap_loopreturns` is the command `tap-loopreturns`."""

from __future__ import annotations

import runpy
import sys

import pytest

from tap_loopreturns.tap import TapLoopReturns


@pytest.mark.usefixtures("sigint")
def test_the_module_runs_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a package is installed without its scripts, it is run by its name."""
    monkeypatch.setattr(sys, "argv", ["tap-loopreturns", "--version"])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("tap_loopreturns", run_name="__main__")
    assert not left.value.code
    assert capsys.readouterr().out.startswith(f"{TapLoopReturns.name} v")
