"""What the key may read: asked before anything is read, and by --test.

Loop answers 401 to a wrong key and to a missing scope alike (authentication page, FAQ). They are
told apart here: a key that may read anything is right, and lacks scopes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from math import isfinite

from loop_returns.endpoints import NO_SCOPE
from loop_returns.errors import AccessError, LoopReturnsError, LoopUnavailable
from tap_loopreturns.missing import PUT_OFF
from tap_loopreturns.run import Run
from tap_loopreturns.streams.base import LoopStream

_AND_SO = "Add them in Loop under Settings > Developers"


def unreadable(
    run: Run, selected: Iterable[LoopStream], others: Iterable[LoopStream] = ()
) -> frozenset[str]:
    """The names of selected streams that are to be skipped, since the key lacks their scope.

    Args:
        run: What is to be done about missing scopes, and where to say so.
        selected: Asked for one request a scope.
        others: Asked for likewise, where the key is refused for all that are selected.

    Raises:
        AccessError: scopes are missing, and `on_missing_scope` is `fail`, or nothing is left.
        LoopReturnsError: Loop is at another address.
    """
    asking = [stream for stream in selected if _asks_loop(stream)]
    refused = _refused(asking, run)
    if not refused:
        return frozenset()
    if len(refused) == len(asking):  # a run of nothing must not look like success
        raise _none_readable(refused, is_right=_may_read_any(others))
    if not run.settings.skip_missing_scopes:
        raise AccessError(
            f"The key lacks scopes: {_lacking(refused)}. {_AND_SO}, deselect the streams, or set "
            "on_missing_scope: skip."
        )
    for name, error in refused.items():
        run.log.warning("%s: skipped, since the key lacks '%s'.", name, error.scope)
    return frozenset(refused)


def report(
    streams: Collection[LoopStream], selected: Collection[str], *, skips: bool = False
) -> Iterator[tuple[int, str]]:
    """For each stream an exit code and a line, and one for the key: what a run would meet.

    Args:
        streams: All streams.
        selected: The names of those that are judged; the others are off.
        skips: A missing scope is no failure, as long as anything can be read.

    Raises:
        LoopUnavailable: Loop cannot be asked at all.
    """
    refused: dict[str, AccessError] = {}
    lines: list[tuple[int, str]] = []
    proven = False
    for stream in streams:
        if stream.name not in selected:
            lines.append((0, f"{stream.name}: off"))
        elif why := stream.nothing_to_ask():
            lines.append((0, f"{stream.name}: nothing to ask, {why}"))
        else:
            try:
                stream.probe()
            except AccessError as error:
                refused[stream.name] = error
                lines.append((0 if skips else error.exit_code, f"{stream.name}: not readable"))
            except LoopUnavailable:
                raise  # each further stream would wait as long
            except LoopReturnsError as error:
                proven |= _asks_loop(stream)
                lines.append((error.exit_code, f"{stream.name}: not readable: {error}"))
            else:
                proven |= _asks_loop(stream)
                lines.append((0, f"{stream.name}: readable"))
    others = [stream for stream in streams if stream.name not in selected]
    is_right = proven or (bool(refused) and _may_read_any(others))
    for stream, (code, line) in zip(streams, lines, strict=True):
        yield code, line + _reason(refused.get(stream.name), is_right=is_right)
    if refused and proven:
        yield 0, f"The key is right, and lacks scopes: {_lacking(refused)}."
    elif refused:
        none = _none_readable(refused, is_right=is_right)
        yield none.exit_code, str(none)


def _reason(error: AccessError | None, *, is_right: bool) -> str:
    """The end of a stream's line: no scope is named for a key that may be wrong altogether."""
    if error is None:
        return ""
    return f", add the scope '{error.scope}' to the key" if is_right else ": Loop refuses the key"


def chosen_by_meltano(environment: Mapping[str, str], names: Iterable[str]) -> set[str] | None:
    """The streams that Meltano would select; None outside of Meltano.

    `meltano invoke` makes no catalog for a command of its own such as --test, but hands on
    its selection rules (`_select`), such as `returns.*` and `!orders.*`.
    """
    try:
        rules = json.loads(environment.get("MELTANO_EXTRACT__SELECT", ""))
        wanted = [rule.partition(".")[0] for rule in rules]
    except (ValueError, TypeError, AttributeError):
        return None
    barred = [rule[1:] for rule, whole in zip(wanted, rules, strict=True) if _bars(whole)]
    wanted = [rule for rule in wanted if not rule.startswith("!")]
    return {
        name
        for name in names
        if any(fnmatchcase(name, rule) for rule in wanted)
        and not any(fnmatchcase(name, rule) for rule in barred)
    }


def _bars(rule: str) -> bool:
    return rule.startswith("!") and rule.partition(".")[2] in {"", "*"}


def scopes(streams: Iterable[LoopStream]) -> tuple[bool, str]:
    """Whether a shop's key may read all streams, and a line that names the scopes.

    Raises:
        LoopUnavailable: Loop cannot be asked at all.
    """
    asking = [stream for stream in streams if _asks_loop(stream)]
    refused = _refused(asking)
    lacking = {error.scope for error in refused.values()}
    has = sorted({stream.endpoint.scope for stream in asking} - lacking)
    line = f"has the scopes {', '.join(has)}" if has else "the key is refused for all streams"
    if refused and has:
        line += f"; lacks {_lacking(refused)}"
    return not refused, line


def _refused(streams: Collection[LoopStream], run: Run | None = None) -> dict[str, AccessError]:
    """The streams that Loop refuses the key for; one request a scope.

    Where a run is to follow, it is asked for what that reads first; what else fails will fail
    in its turn, and the others are read.
    """
    answers: dict[str, AccessError | None] = {}
    # Those without a date come first: from their answers Loop's clock is known, by which the
    # others know what they read first.
    for stream in sorted(streams, key=lambda stream: bool(stream.replication_key)):
        scope = stream.endpoint.scope
        if scope not in answers:
            answers[scope] = None
            try:
                ahead = run is not None and isfinite(run.client.ahead)
                answers[scope] = _probe(stream, ahead=ahead)
            except PUT_OFF as error:
                if run is None:
                    raise
                outage = isinstance(error, LoopUnavailable)
                if outage and run.missing.note_outage(run.client.answered):
                    break
    refused = ((stream.name, answers.get(stream.endpoint.scope)) for stream in streams)
    return {name: error for name, error in refused if error}


def _probe(stream: LoopStream, *, ahead: bool = False) -> AccessError | None:
    try:
        (stream.probe_ahead if ahead else stream.probe)()
    except AccessError as error:
        return error
    return None


def _asks_loop(stream: LoopStream) -> bool:
    """Whether its probe says anything of the key: the store of events needs none."""
    return stream.endpoint.scope != NO_SCOPE and stream.nothing_to_ask() is None


def _may_read_any(streams: Iterable[LoopStream]) -> bool:
    """Whether the key may read any of these; at most one request a scope."""
    asked: set[str] = set()
    for stream in streams:
        scope = stream.endpoint.scope
        if scope in asked or not _asks_loop(stream):
            continue
        asked.add(scope)
        if _probe(stream) is None:
            return True
    return False


def _none_readable(refused: Mapping[str, AccessError], *, is_right: bool) -> AccessError:
    lacking = _lacking(refused)
    if is_right:
        return AccessError(
            f"The key is right, but lacks the scopes of all selected streams: {lacking}. "
            f"{_AND_SO}, or select others."
        )
    return AccessError(
        "Loop refuses the key for each of the selected streams, and for all others. Most likely "
        f"'api_key' is wrong or revoked; else it lacks scopes: {lacking}. Check the key, or add "
        "the scopes in Loop under Settings > Developers."
    )


def _lacking(refused: Mapping[str, AccessError]) -> str:
    by_scope: dict[str, list[str]] = {}
    for name, error in refused.items():
        by_scope.setdefault(error.scope or "", []).append(name)
    return "; ".join(f"'{scope}' for {', '.join(names)}" for scope, names in by_scope.items())
