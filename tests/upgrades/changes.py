"""What has changed between two releases that somebody may have built on, and whether it is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.upgrades.surface import Facts

MAY_GO = {"required setting", "required action column", "scope"}
"""Demands on the user: one that goes is a relief, one that comes breaks."""
WE_GIVE = {"column", "outcome column"}
"""Written by us: another type may be new to whoever reads it."""
WE_TAKE = {"action column", "setting"}
"""Given to us: to accept more breaks nobody."""


@dataclass(frozen=True, slots=True)
class BreakingChange:
    """Something that a user of the last release may trip over."""

    name: str
    """Kind and name, as the changelog has to spell it."""
    problem: str

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}"


def breaking(before: Facts, after: Facts) -> list[BreakingChange]:
    """The breaking changes from one surface to the next."""
    found: list[BreakingChange] = []
    for kind in sorted({*before, *after}):
        old, new = before.get(kind, {}), after.get(kind, {})
        if kind in MAY_GO:
            rows = {name.partition(".")[0] for name in before.get("action column", {})}
            found += (
                BreakingChange(f"{kind} {name}", "is new")
                for name in _only(new, old)
                if "action" not in kind or name.partition(".")[0] in rows  # nobody sends new kinds
            )
            continue
        for name in sorted(old):
            if name not in new:
                found.append(BreakingChange(f"{kind} {name}", "is gone"))
            elif (was := old[name]) != (now := new[name]) and not _is_harmless(kind, was, now):
                found.append(BreakingChange(f"{kind} {name}", f"was {was!r}, is {now!r}"))
    return _told_once(found)


def _only(new: Iterable[str], old: Collection[str]) -> Iterator[str]:
    return (name for name in sorted(new) if name not in old)


def _is_harmless(kind: str, was: Any, now: Any) -> bool:
    """Whether nobody can have built on the old value so that the new one breaks it."""
    if kind == "selected":
        return bool(now)  # what is read in addition; a new scope is told by itself
    if kind == "setting":
        return {was, now} == {"string", "options"}  # the choices are told by themselves
    if kind in WE_GIVE | WE_TAKE and isinstance(was, dict):
        rest = {key: value for key, value in was.items() if key != "types"}
        if rest != {key: value for key, value in now.items() if key != "types"}:
            return False
        more = set(now["types"]) - set(was["types"])
        fewer = set(was["types"]) - set(now["types"])
        return not more and fewer <= {"null"} if kind in WE_GIVE else not fewer
    return False


def _told_once(found: Iterable[BreakingChange]) -> list[BreakingChange]:
    """Without what goes with its stream, or with the field that it is in."""
    kept = list(found)
    gone = {one.name for one in kept if one.problem == "is gone"}
    inner = re.compile(r"^(?:column|key|replication key|selected) ")

    def is_within(name: str) -> bool:
        if not inner.match(name):
            return False
        place = inner.sub("", name)
        return f"stream {re.split(r'[.]', place)[0]}" in gone or any(
            f"column {place[: cut.start()]}" in gone for cut in re.finditer(r"\[\]\.|\.", place)
        )

    return [one for one in kept if not is_within(one.name)]


def undeclared(changes: Iterable[BreakingChange], changelog: str) -> list[BreakingChange]:
    """Those that the changelog's newest entry does not declare, with what the user is to do.

    An entry is a line such as "- `setting tap-loopreturns pii` …. Migration: …" below
    "### Breaking".
    """
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]
    part = re.search(r"^### Breaking\n(.*?)(?=^### |\Z)", newest, re.MULTILINE | re.DOTALL)
    entries = re.split(r"^- ", part[1] if part else "", flags=re.MULTILINE)
    declared = {
        name
        for entry in entries
        if re.search(r"Migration: \S", entry)
        for name in re.findall(r"`([^`]+)`", entry.partition("Migration:")[0])
    }
    return [one for one in changes if one.name not in declared]
