"""Where the ledger and the outcomes lie, unless told otherwise: a folder that projects ignore.

They hold what the rows said, e-mail addresses among it. So the folder is its owner's
alone, and has a .gitignore of its own, which leaves all of it out of a repository.
"""

from __future__ import annotations

from pathlib import Path

from loop_returns.errors import SettingsError

HOME = ".loopreturns"
LEDGER = f"{HOME}/ledger.sqlite"
OUTCOMES = f"{HOME}/outcomes.jsonl"
EARLIER_LEDGER = "loopreturns-ledger.sqlite"
"""Where it lay by default before the folder."""


def ledger(path: str) -> str:
    """The ledger's path; the earlier default, where a ledger lies there and none at the present.

    A run that began with an empty ledger would do again what is done.
    """
    is_moved = path == LEDGER and not Path(path).exists() and Path(EARLIER_LEDGER).exists()
    return EARLIER_LEDGER if is_moved else path


def make_home(*paths: str) -> None:
    """Make the folder, if one of the paths is in it and it is not there yet.

    Raises:
        SettingsError: it cannot be made.
    """
    home = Path(HOME)
    if home.exists() or all(Path(path).parent != home for path in paths):
        return
    try:
        home.mkdir(mode=0o700)
        (home / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            "ledger", f"lies in {home}, which cannot be made: {error.strerror}."
        ) from None
