"""What the key may read: asked before anything is read, and by --test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tap_loopreturns.errors import AccessError, LoopReturnsError
from tap_loopreturns.streams.base import LoopStream


def refused(streams: Iterable[LoopStream]) -> dict[str, AccessError]:
    """The streams that Loop refuses the key for; one request a scope.

    Raises:
        LoopReturnsError: Loop cannot be asked at all.
    """
    answers: dict[str, AccessError | None] = {}
    found = {}
    for stream in streams:
        if stream.scope not in answers:
            answers[stream.scope] = _try(stream)
        if error := answers[stream.scope]:
            found[stream.name] = error
    return found


def all_missing(refused: dict[str, AccessError]) -> AccessError:
    """One error that names every scope that is missing."""
    by_scope: dict[str, list[str]] = {}
    for name, error in refused.items():
        by_scope.setdefault(error.scope or "", []).append(name)
    lacking = "; ".join(f"'{scope}' for {', '.join(names)}" for scope, names in by_scope.items())
    return AccessError(
        f"Loop refuses the key. Either 'api_key' is wrong, or it lacks scopes: {lacking}. Add them "
        "in Loop under Settings > Developers, deselect the streams, or set on_missing_scope: skip."
    )


def report(streams: Iterable[LoopStream]) -> Iterator[tuple[bool, str]]:
    """A line for each stream: whether it can be read, and what is wrong where it cannot."""
    for stream in streams:
        try:
            stream.probe()
        except AccessError as error:
            yield False, f"{stream.name}: not readable, add the scope '{error.scope}' to the key"
        except LoopReturnsError as error:
            yield False, f"{stream.name}: not readable: {error}"
        else:
            yield True, f"{stream.name}: readable"


def _try(stream: LoopStream) -> AccessError | None:
    try:
        stream.probe()
    except AccessError as error:
        return error
    return None
