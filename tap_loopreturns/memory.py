"""One arena, so that memory which one thread gave back serves the others."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8  # of mallopt(3)
_ARENAS = 1


def share_among_threads() -> None:
    """Let the C library keep one arena, where it can (glibc).

    By its default each worker has one of its own, which holds on to the room of
    the largest answers that it ever had.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
    except (AttributeError, OSError, TypeError):  # another C library has its own ways
        return
