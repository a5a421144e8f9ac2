"""Room for the answers that wait to be handed over. Pure but for the threads.

While it is full, only the answer that is next in turn may grow, and no other job
is begun. Nothing that has begun waits for long, though: whoever does not read
what a server sends is hung up on.
"""

from __future__ import annotations

import time
from threading import Condition

ROOM = 8 * 1024 * 1024
"""Bytes; about three full pages of returns. More would not make a run faster."""

_PATIENCE = 20.0  # seconds


class Room:
    """Shared by the threads that fetch and the one that is handed the answers."""

    def __init__(self, size: int = ROOM) -> None:
        self.changed = Condition()
        self.used = 0
        """Bytes that have come and are yet to be handed over."""
        self.turn = 0
        """The number of the place whose turn it is."""
        self._size = size
        self._closed = False

    def place(self, number: int) -> Place:
        """A place in the order; they are numbered from 0."""
        return Place(self, number)

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def has_room_for(self, place: Place) -> bool:
        """Whether a place's answer may come, or go on coming."""
        return self.used < self._size or place.number <= self.turn or self._closed


class Place:
    """The place of one answer in the order."""

    def __init__(self, room: Room, number: int) -> None:
        self.number = number
        self._room = room
        self._used = 0
        self._patience = _PATIENCE

    def wait_to_begin(self) -> None:
        """Wait for room, for as long as it takes."""
        with self._room.changed:
            self._room.changed.wait_for(lambda: self._room.has_room_for(self))

    def hold(self, size: int) -> None:
        """Say how many bytes have come; where there is no room for more, wait a while."""
        room = self._room
        with room.changed:
            if self.number > room.turn:
                room.used += size - self._used
                self._used = size
            if not room.has_room_for(self) and self._patience > 0:
                began = time.monotonic()
                room.changed.wait_for(lambda: room.has_room_for(self), self._patience)
                self._patience -= time.monotonic() - began

    def take_its_turn(self) -> None:
        """Be the one that is handed over next; it no longer counts as waiting."""
        with self._room.changed:
            self._room.turn = self.number
            self._room.used -= self._used
            self._used = 0
            self._room.changed.notify_all()
