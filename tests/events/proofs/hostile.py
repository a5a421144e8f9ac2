"""All kinds of hostile senders, one after the other and with a right one all the while."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from loopreturns_events.store import open_store
from tests.events import hostile, receiving
from tests.events.proofs.load import memory
from tests.events.proofs.places import place
from tests.events.receiving import Process, body


class _Right(threading.Thread):
    """Delivers what is right while others do their worst."""

    def __init__(self, receiver: Process) -> None:
        super().__init__(daemon=True)
        self._receiver = receiver
        self.done = threading.Event()
        self.sent = 0
        self.not_taken = 0

    def run(self) -> None:
        """Deliver until done."""
        while not self.done.wait(0.05):
            self.sent += 1
            answer = self._receiver.deliver(body(10_000_000 + self.sent, right=True))
            self.not_taken += answer.status != 200


def all_kinds(kind: str, *, again: int) -> Iterator[tuple[str, bool]]:
    """What each kind was told, and whether all was as it should be."""
    hostile.AGAIN = again
    with tempfile.TemporaryDirectory(prefix="loop-hostile-") as name, place(kind) as where:
        config = receiving.configure(
            Path(name), where.url, body_seconds=2, aside_bytes=2**21, aside_per_minute=600
        )
        with receiving.running(config) as receiver:
            receiver.deliver(body(1))
            before = memory(receiver)
            right = _Right(receiver)
            right.start()
            for one in hostile.KINDS:
                statuses = one.send(receiver)
                words = ", ".join(str(s or "closed") for s in sorted(statuses))
                yield f"{one.name.replace('_', ' ')}: {words}", statuses <= one.allowed
            right.done.set()
            right.join()
            yield (
                f"{right.sent:,} right deliveries meanwhile, {right.not_taken} not taken",
                right.not_taken == 0,
            )
            yield f"memory {before:.0f} MB before, {memory(receiver):.0f} MB after", True
            yield _kept(where.url, right.sent)


def _kept(url: str, right: int) -> tuple[str, bool]:
    store = open_store(url)
    found = store.read(0, limit=1_000_000)
    evil = sum(b'"evil"' in event.body for event in found)
    meant = right + 1 + sum(one.taken for one in hostile.KINDS)
    aside = store.figures().aside_bytes
    store.close()
    said = (
        f"{len(found):,} events where {meant:,} were right, {evil} evil among them; "
        f"{aside:,} bytes kept aside"
    )
    return said, evil == 0 and len(found) == meant and aside <= 2**21
