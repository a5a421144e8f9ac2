"""A list that is to be as the query says: what lacks is made, what is not there removed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from loop_returns.errors import InputRefused
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.matching import holds
from target_loopreturns.kinds.present import Listed

_TELLING = {"destinations": ("name",), "webhooks": ("topic", "trigger", "url")}
"""What tells a row that is to be updated, rather than made anew beside one to be removed."""

Key = tuple[str, str]


@dataclass(slots=True)
class Mirrored:
    """What is to be done to a list so that it is as the query says."""

    actions: list[Action] = field(default_factory=list)
    anew: set[Key] = field(default_factory=set)
    """Actions that are to be done although they were done before: Loop has it otherwise now."""
    removals: int = 0


def mirrored(
    stream: str, wanted: Iterable[Action], rows: Collection[Listed], made: Mapping[Key, str]
) -> Mirrored:
    """What makes a list equal to a query.

    Args:
        stream: The kind.
        wanted: The query's actions of this kind, of which none deletes.
        rows: The list, as Loop has it.
        made: Loop's ids of what these actions made before; Loop may have changed its
            letters, and it is the query's all the same.

    Raises:
        InputRefused: a row of the query deletes.
    """
    result = Mirrored()
    kept: set[str] = set()
    by_id = {str(row.get("id")): row for row in rows}
    for action in wanted:
        if action.name == "delete":
            raise InputRefused(
                f"Line {action.line}: {stream} is mirrored, so a row stands for what is to be in "
                "the list, and none may delete. Nothing was done."
            )
        same = _same(action, rows, by_id, made)
        kept.update(str(row["id"]) for row in same)
        changed = _as_update(action, same)
        result.actions.append(changed)
        if changed.name == "update" or not same:
            result.anew.add(changed.key)
    for own in by_id.keys() - kept if kept or result.actions else ():
        removal = Action(stream, "", "delete", {"id": own})
        result.actions.append(replace(removal, id=removal.content))
        result.anew.add(result.actions[-1].key)
        result.removals += 1
    return result


def check_limits(stream: str, mirror: Mirrored, size: int, *, count: int, share: float) -> None:
    """See to it that no more is removed than may be.

    Args:
        stream: The kind.
        mirror: What is to be done.
        size: How many rows the list has.
        count: So many may be removed at most.
        share: And this part of the list at most.

    Raises:
        InputRefused: it is more; nothing has been done.
    """
    if mirror.removals > count or mirror.removals > share * size:
        raise InputRefused(
            f"Mirroring {stream} would remove {mirror.removals:,} of {size:,} rows, more than "
            f"'mirror_max_removals' ({count:,}) or 'mirror_max_share' ({share:.4g} of the list) "
            "allow. Nothing was done. Look at the query, or raise the limits."
        )


def _same(
    action: Action,
    rows: Collection[Listed],
    by_id: Mapping[str, Listed],
    made: Mapping[Key, str],
) -> list[Listed]:
    """Rows of the list that stand for a row of the query."""
    if "id" in action.fields:
        own = by_id.get(str(action.fields["id"]))
        return [own] if own else []
    found = [row for row in rows if holds(row, action.fields)]
    if not found and (own := by_id.get(made.get(action.key, ""))):
        return [own]
    telling = {name: action.fields.get(name) for name in _TELLING.get(action.stream, ())}
    if not found and telling:
        found = [row for row in rows if holds(row, telling)][:1]
    return found


def _as_update(action: Action, same: Collection[Listed]) -> Action:
    """A row that is there with another content is updated, where Loop can do that."""
    if action.name == "update" or action.stream not in _TELLING or not same:
        return action
    if any(holds(row, action.fields) for row in same):
        return action
    fields = {"id": str(next(iter(same))["id"]), **action.fields}
    update = Action(action.stream, "", "update", fields, action.line)
    return replace(update, id=update.content)
