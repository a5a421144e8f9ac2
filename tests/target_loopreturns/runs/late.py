"""A Loop that breaks off its answer to a change, and carries the change out later."""

from __future__ import annotations

from mock_loop import Loop
from mock_loop.loop import Received
from mock_loop.responses import Response


class Late:
    """Answers the next changes with 524, and carries each out when it is told to.

    Args:
        loop: The account.
        changes: How many changes are held; those after them are carried out at once.
    """

    def __init__(self, loop: Loop, changes: int = 1) -> None:
        self._loop = loop
        self._left = changes
        self._held: list[Received] = []
        self._handle = loop.handle
        loop.handle = self._hold  # type: ignore[method-assign]

    @property
    def held(self) -> int:
        return len(self._held)

    def come(self) -> None:
        """Carry out what is held."""
        for received in self._held:
            self._handle(received)
        self._held.clear()

    def _hold(self, received: Received) -> Response:
        if received.method == "GET" or not self._left:
            return self._handle(received)
        self._left -= 1
        self._held.append(received)
        return Response(524, b"<html>A timeout occurred</html>", "text/html")


def instead(loop: Loop, answers: list[Response]) -> None:
    """Response the next changes with these, one each, and do nothing of what they ask for."""
    handle = loop.handle

    def answer(received: Received) -> Response:
        return handle(received) if received.method == "GET" or not answers else answers.pop(0)

    loop.handle = answer  # type: ignore[method-assign]
