"""Requests that arrive: their bodies bounded in bytes and in time, and the rate of what is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import h11
from starlette.requests import ClientDisconnect, Request
from uvicorn.protocols.http.h11_impl import H11Protocol


class RefusedRequest(Exception):  # noqa: N818  "refused" already says that it failed
    """A request that is answered with a status, for a reason in one word."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Room:
    """Bytes of bodies in memory that are still arriving, of all senders together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, size: int) -> bool:
        """Take so many bytes; False if there is no room for them."""
        if self._taken + size > self._most:
            return False
        self._taken += size
        return True

    def give(self, size: int) -> None:
        """Give them back."""
        self._taken -= size


async def body(request: Request, room: Room, *, most: int, within: float) -> bytes:
    """The raw body, never unpacked.

    Raises:
        RefusedRequest: it is too large (413), too slow (408), packed (415), was broken
            off (400), or there is no room for it now (503).
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedRequest(415, "encoded")
    if _declared(request) > most:
        raise RefusedRequest(413, "large")
    found, taken = bytearray(), 0
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                if len(found) + len(chunk) > most:
                    raise RefusedRequest(413, "large")
                if not room.take(len(chunk)):
                    raise RefusedRequest(503, "busy")
                taken += len(chunk)
                found += chunk
    except TimeoutError:
        raise RefusedRequest(408, "slow") from None
    except ClientDisconnect:
        raise RefusedRequest(400, "broken off") from None
    finally:
        room.give(taken)
    return bytes(found)


def _declared(request: Request) -> int:
    given = request.headers.get("content-length", "")
    return int(given) if given.isascii() and given.isdigit() else 0


class Rate:
    """Lets so many through a minute, a minute's worth of them at once."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._left = per_minute
        self._at = clock()

    def allows(self) -> bool:
        """Whether one more may pass now."""
        at = self._clock()
        self._left = min(self._most, self._left + (at - self._at) * self._most / 60)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Punctual(H11Protocol):
    """Closes a connection whose request line and headers take too long to arrive.

    uvicorn bounds only the pause between two requests.
    """

    header_seconds = 10.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: its first request is awaited."""
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Something has arrived."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self.conn.trailing_data[0]:  # the beginning of a request
            self._await_headers()

    def _await_headers(self) -> None:
        if self._timer is None and self.transport and not self.transport.is_closing():
            self._timer = self.loop.call_later(self.header_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
