"""Side by side, and yet in order: what is about the same thing stays in one lane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from target_loopreturns import kinds
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.present import Listed
from target_loopreturns.sending.subjects import Subject, subjects

_BY_VALUE = ("allowlist_items", "blocklist_items")
"""Lists whose entries stand for themselves; those of others may be told apart by no value."""
_HEARING = 0.2  # seconds until a signal is heard

Steps = Sequence[tuple[Action, ...]]
Key = tuple[str, str]


def lanes(steps: Steps, rows: Mapping[Key, Listed | None]) -> list[list[tuple[Action, ...]]]:
    """Steps on one thing, such as a return, are one lane, in their order. Pure.

    Args:
        steps: In the order of the input.
        rows: What actions change or delete, by their keys, as Loop has it.

    Returns:
        Lanes that have nothing to do with each other, the longest first.
    """
    parents: dict[Subject, Subject] = {}

    def root(subject: Subject) -> Subject:
        while (above := parents.setdefault(subject, subject)) != subject:
            parents[subject] = parents.setdefault(above, above)
            subject = above
        return subject

    about = [_about(step, rows) for step in steps]
    for first, *others in about:
        for other in others:
            parents[root(other)] = root(first)
    found: dict[Subject, list[tuple[Action, ...]]] = {}
    for step, (first, *_) in zip(steps, about, strict=True):
        found.setdefault(root(first), []).append(step)
    return sorted(found.values(), key=len, reverse=True)


def _about(step: Iterable[Action], rows: Mapping[Key, Listed | None]) -> list[Subject]:
    found: set[Subject] = set()
    for action in step:
        own = subjects(action, rows.get(action.key))
        named = action.return_id or kinds.of(action).key(action)
        alone = named or action.stream in _BY_VALUE or action.stream == "carts"
        found |= own if own and alone else {(action.stream,)}
    return sorted(found)


def run_lanes(
    todo: Sequence[list[tuple[Action, ...]]],
    take: Callable[[tuple[Action, ...]], object],
    *,
    workers: int,
) -> None:
    """Take the steps of each lane in order, and lanes side by side.

    Raises:
        BaseException: the first that `take` raised. By then every step that was begun
            has ended, and none is begun any more. A signal's second time, which is
            raised here and not by `take`, waits for nothing.
    """
    left = iter(todo)
    lock = threading.Lock()
    errors: list[BaseException] = []

    def work() -> None:
        while not errors:
            with lock:
                lane = next(left, None)
            if lane is None:
                return
            for step in lane:
                if errors:
                    return
                try:
                    take(step)
                except BaseException as error:  # noqa: BLE001  raised by the caller's thread
                    errors.append(error)

    # Daemons, so that an interrupted run ends without waiting for Loop to answer.
    threads = [
        threading.Thread(target=work, name=f"lane-{n + 1}", daemon=True)
        for n in range(min(workers, len(todo)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(_HEARING)
    if errors:
        raise errors[0]
