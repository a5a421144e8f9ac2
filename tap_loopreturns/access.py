"""What the key may read: asked before anything is read, and by --test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loop_returns.errors import AccessError, LoopReturnsError, LoopUnavailable
from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream


def unreadable(run: Run, selected: Iterable[LoopStream]) -> frozenset[str]:
    """The names of selected streams that are to be skipped, since the key lacks their scope.

    Raises:
        AccessError: scopes are missing, and `on_missing_scope` is `fail`, or nothing is left.
        LoopReturnsError: Loop cannot be asked at all.
    """
    asking = [stream for stream in selected if stream.nothing_to_ask() is None]
    refused = _refused(asking)
    if refused and not run.settings.skip_missing_scopes:
        raise _all_missing(refused)
    if refused and len(refused) == len(asking):  # a run of nothing must not look like success
        raise _none_readable(refused)
    for name, error in refused.items():
        run.log.warning("%s: skipped, since the key lacks '%s'.", name, error.scope)
    return frozenset(refused)


def report(streams: Iterable[LoopStream]) -> Iterator[tuple[bool, str]]:
    """For each stream whether it can be read, and a line that says so.

    Raises:
        LoopUnavailable: Loop cannot be asked at all.
    """
    for stream in streams:
        if why := stream.nothing_to_ask():
            yield True, f"{stream.name}: nothing to ask, {why}"
            continue
        try:
            stream.probe()
        except AccessError as error:
            yield False, f"{stream.name}: not readable, add the scope '{error.scope}' to the key"
        except LoopUnavailable:
            raise  # each further stream would wait as long
        except LoopReturnsError as error:
            yield False, f"{stream.name}: not readable: {error}"
        else:
            yield True, f"{stream.name}: readable"


def _refused(streams: Iterable[LoopStream]) -> dict[str, AccessError]:
    """The streams that Loop refuses the key for; one request a scope."""
    answers: dict[str, AccessError | None] = {}
    found = {}
    for stream in streams:
        scope = stream.endpoint.scope
        if scope not in answers:
            answers[scope] = _probe(stream)
        if error := answers[scope]:
            found[stream.name] = error
    return found


def _probe(stream: LoopStream) -> AccessError | None:
    try:
        stream.probe()
    except AccessError as error:
        return error
    return None


def _none_readable(refused: dict[str, AccessError]) -> AccessError:
    return AccessError(
        "Loop refuses the key for each of the selected streams. Either 'api_key' is wrong or "
        f"revoked, or it lacks scopes: {_lacking(refused)}. Check the key, or add the scopes in "
        "Loop under Settings > Developers."
    )


def _all_missing(refused: dict[str, AccessError]) -> AccessError:
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
