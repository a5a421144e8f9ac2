"""What the key may read: asked before anything is read, and by --test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tap_loopreturns.errors import AccessError, LoopReturnsError
from tap_loopreturns.streams.base import LoopStream
from tap_loopreturns.streams.lists import Carts


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


def nothing_to_ask(stream: LoopStream) -> str | None:
    """Why a stream asks Loop nothing, if so: then nothing is known of what the key may."""
    if isinstance(stream, Carts) and not stream.tap.settings.cart_tokens:
        return "cart_tokens is empty"
    return None


def none_readable(refused: dict[str, AccessError]) -> AccessError:
    """The error where nothing that is selected may be read, so that nothing can be skipped."""
    return AccessError(
        "Loop refuses the key for each of the selected streams. Either 'api_key' is wrong or "
        f"revoked, or it lacks scopes: {_lacking(refused)}. Check the key, or add the scopes in "
        "Loop under Settings > Developers."
    )


def all_missing(refused: dict[str, AccessError]) -> AccessError:
    """One error that names every scope that is missing."""
    return AccessError(
        "Loop refuses the key. Either 'api_key' is wrong, or it lacks scopes: "
        f"{_lacking(refused)}. Add them in Loop under Settings > Developers, deselect the "
        "streams, or set on_missing_scope: skip."
    )


def _lacking(refused: dict[str, AccessError]) -> str:
    by_scope: dict[str, list[str]] = {}
    for name, error in refused.items():
        by_scope.setdefault(error.scope or "", []).append(name)
    return "; ".join(f"'{scope}' for {', '.join(names)}" for scope, names in by_scope.items())


def report(streams: Iterable[LoopStream]) -> Iterator[tuple[bool, str]]:
    """A line for each stream: whether it can be read, and what is wrong where it cannot."""
    for stream in streams:
        if why := nothing_to_ask(stream):
            yield True, f"{stream.name}: nothing to ask, {why}"
            continue
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
