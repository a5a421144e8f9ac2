"""From a path to the endpoint that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from mock_loop.call import Call
from mock_loop.responses import Response


@dataclass(frozen=True)
class Route:
    """An endpoint: where it is, which scope a key needs for it, what it answers."""

    method: str
    pattern: str
    """Behind the version; ``{name}`` stands for one segment."""
    scope: str
    answer: Callable[[Call], Response]

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.pattern))


def find(
    routes: Iterable[Route], method: str, path: str
) -> tuple[Route | None, dict[str, str], bool]:
    """The route of a path with its parameters; and whether another method knows the path."""
    known = False
    for route in routes:
        match = route.expression.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict(), True
        known = known or match is not None
    return None, {}, known
