"""What a run is given beside its settings, catalog and STATE: taken where it means something.

Whatever means nothing here ends the run before anything is asked. Else a catalog without a
selected stream is an empty success, and a STATE of something else a whole reading unsaid.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from logging import Logger
from typing import Any

from singer_sdk.singerlib import Catalog

from loop_returns.errors import SettingsError
from tap_loopreturns.streams.base import LoopStream

_MOST_NAMES = 5


def nothing_selected() -> SettingsError:
    """What is wrong where no stream is selected."""
    return SettingsError(
        "--catalog",
        "selects no stream, so nothing would be read. Select some; with Meltano: "
        'meltano select tap-loopreturns returns "*"',
    )


def state_in(found: Mapping[str, Any]) -> dict[str, Any]:
    """The state in a file given as --state.

    It may be bare, a Singer STATE message (`{"type": "STATE", "value": …}`), what
    `meltano state get` prints (`{"singer_state": …}`), or Meltano's own file of it (`completed`).

    Raises:
        SettingsError: it is a message of another type, or of a run that Meltano has not completed.
    """
    if "type" in found:
        if found["type"] != "STATE" or not isinstance(found.get("value"), dict):
            raise _no_state(f"a message of type {str(found['type'])[:40]!r}")
        return state_in(found["value"])
    if isinstance(found.get("singer_state"), dict):
        return state_in(found["singer_state"])
    if isinstance(found.get("completed"), dict):
        if found.get("partial"):
            raise _no_state("Meltano's own file; give it what `meltano state get` prints")
        return state_in(found["completed"])
    return dict(found)


def catalog_in(found: dict[str, Any], keys: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The catalog in a file given as --catalog; a stream that it gives no key has its own.

    Args:
        found: What is in the file; its entries are changed in place.
        keys: The key of each stream, by its name.

    Raises:
        SettingsError: it is no Singer catalog.
    """
    try:
        for entry in found["streams"]:
            entry["key_properties"] = entry.get("key_properties") or _keys_in(
                entry, keys.get(entry["tap_stream_id"], ())
            )
        Catalog.from_dict(found)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SettingsError(
            "--catalog", "is no Singer catalog; --discover makes one to choose streams in."
        ) from None
    return found


def _keys_in(entry: Mapping[str, Any], own: tuple[str, ...]) -> list[str]:
    of_table = (
        one["metadata"].get("table-key-properties")
        for one in entry.get("metadata") or ()
        if not one["breadcrumb"]
    )
    return next(filter(None, of_table), None) or list(own)


def check_catalog(streams: Iterable[LoopStream], catalog: Catalog | None) -> None:
    """See to it that a catalog is this tap's, and that something is selected.

    Raises:
        SettingsError: it is not, or nothing is.
    """
    streams = list(streams)
    _want_known_streams(catalog, [stream.name for stream in streams])
    selected = [stream for stream in streams if stream.selected]
    if not selected:
        raise nothing_selected()
    for stream in selected:
        stream.want_own_keys()


def _want_known_streams(catalog: Catalog | None, known: list[str]) -> None:
    for name, entry in (catalog or {}).items():
        is_selected = entry.metadata.resolve_selection().get((), False)
        if name not in known and is_selected:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"the streams are {', '.join(known)}."
            raise SettingsError("--catalog", f"selects '{name}', which is no stream; {hint}")


def check_state(state: Mapping[str, Any], known: Mapping[str, object], log: Logger) -> None:
    """See to it that a state is one of this tap's.

    Args:
        state: The value of a STATE message.
        known: The replication key of each stream, no text where it has none.
        log: Where bookmarks of unknown streams are told.

    Raises:
        SettingsError: it is that of something else.
    """
    if not state:
        return
    bookmarks = state.get("bookmarks")
    if bookmarks is None and "bookmarks" not in state:
        raise _no_state(f"an object with {_names(state)}, without bookmarks")
    if not isinstance(bookmarks or {}, Mapping):
        raise _no_state("an object whose 'bookmarks' are none")
    if bookmarks and all(_is_of_others(*one, known=known) for one in bookmarks.items()):
        raise _no_state(f"that of something else: its bookmarks are of {_names(bookmarks)}")
    if strange := [name for name in bookmarks or {} if name not in known]:
        log.warning("STATE has bookmarks of unknown streams, which are left alone: %s", strange)
    for name, entry in (bookmarks or {}).items():
        if not isinstance(entry or {}, Mapping):
            raise SettingsError("--state", f"holds a bookmark of {name} that cannot be read.")


def _is_of_others(name: str, entry: object, *, known: Mapping[str, object]) -> bool:
    """Whether a bookmark is of a stream of another tap's, such as a shop's orders by date."""
    key = entry.get("replication_key") if isinstance(entry, Mapping) else None
    return name not in known or (key is not None and key != known[name])


def _no_state(what: str) -> SettingsError:
    return SettingsError(
        "--state",
        f"is {what}. It accepts the value of a STATE message of this tap, the message, or what "
        "`meltano state get` prints; nothing was read.",
    )


def _names(names: Iterable[str]) -> str:
    shown = [f"'{name[:40]}'" for name in names]
    more = f" and {len(shown) - _MOST_NAMES} more" if len(shown) > _MOST_NAMES else ""
    return ", ".join(shown[:_MOST_NAMES]) + more
