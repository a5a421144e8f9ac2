"""The target's programs; `python -m target_loopreturns` is `target-loopreturns`."""

from __future__ import annotations

from loopreturns_plugin.starting import start


def main() -> None:
    """Run `target-loopreturns`."""
    start("target_loopreturns.target:main")


def ledger() -> None:
    """Run `target-loopreturns-ledger`."""
    start("target_loopreturns.ledger_command:main")


def actions() -> None:
    """Run `tap-loopreturns-actions`."""
    start("target_loopreturns.history_tap:main")


if __name__ == "__main__":
    main()
