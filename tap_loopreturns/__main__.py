"""The tap's programs; `python -m tap_loopreturns` is `tap-loopreturns`."""

from __future__ import annotations

from loopreturns_plugin.starting import start


def main() -> None:
    """Run `tap-loopreturns`."""
    start("tap_loopreturns.tap:main")


def init() -> None:
    """Run `tap-loopreturns-init`."""
    start("tap_loopreturns.init:main")


def verify() -> None:
    """Run `tap-loopreturns-verify`."""
    start("tap_loopreturns.verify:main")


def questions() -> None:
    """Run `loopreturns-questions`."""
    start("tap_loopreturns.questions:main")


def pipeline() -> None:
    """Run `loopreturns-run`."""
    start("tap_loopreturns.pipeline:main")


if __name__ == "__main__":
    main()
