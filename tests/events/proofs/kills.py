"""`kill -9` of the receiver at random moments, while disks fill and stores are locked."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from loopreturns_events.errors import LoopReturnsError
from loopreturns_events.reading import open_reader
from loopreturns_events.store import open_store
from tests.events import receiving
from tests.events.proofs.places import FULL_DISKS, Place, place
from tests.events.proofs.senders import NEW_SECRET, SendingThread, Told

_SENDERS = 12
_LONGEST = 0.4
"""Seconds from when a receiver listens until it is killed."""
_A_TROUBLE = 4.0
"""Seconds between two troubles of the store, about."""


@dataclass
class KilledReceiver:
    """What came of it."""

    kind: str
    kills: int = 0
    told: Told = field(default_factory=Told)
    troubles: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    recovered: int = 0
    unrecovered: int = 0
    skipped: int = 0
    """Events in the store that a reader following it did not get, or got out of order."""
    strange: int = 0
    """Events in the store that nobody sent."""
    events: int = 0
    seconds: float = 0.0

    @property
    def wrong(self) -> int:
        """How much was not as it should be."""
        return self.missing + self.unrecovered + self.skipped + self.strange

    def __str__(self) -> str:
        told = self.told.answers
        troubles = ", ".join(f"{count} {name}" for name, count in sorted(self.troubles.items()))
        return (
            f"{self.kind}: {self.told.deliveries:,} deliveries answered 200 ({told['200']:,}) or "
            f"401 ({told['401']:,}), {told['503']:,} answered 503, {told['broken']:,} broken off; "
            f"{self.kills:,} kills; {troubles or 'no troubles'}"
            f"{'' if FULL_DISKS else ' (no root, so no disk was full)'}. Answered 2xx and not in "
            f"the store: {self.missing}; refused for the secret and taken in later: "
            f"{self.recovered:,}, not: {self.unrecovered}; skipped by a reader: {self.skipped}; "
            f"never sent: {self.strange}; {self.events:,} events; {self.seconds:.0f} s"
        )


def kills(kind: str, count: int, deliveries: int, *, seed: int = 1) -> KilledReceiver:
    """Kill so many times, and go on until so many deliveries were answered 2xx or 401."""
    began = time.monotonic()
    result = KilledReceiver(kind)
    with tempfile.TemporaryDirectory(prefix="loop-kills-") as name, place(kind) as where:
        config = receiving.configure(Path(name), where.url, aside_per_minute=1_000_000)
        receiver = receiving.start(config)
        port = receiver.url.rpartition(":")[2]
        config = receiving.configure(
            Path(name), where.url, aside_per_minute=1_000_000, listen=f"127.0.0.1:{port}"
        )
        senders = [
            SendingThread(receiver.url, result.told, number, wrong=0.05)
            for number in range(1, _SENDERS)
        ]
        done = threading.Event()
        troubling = threading.Thread(target=_trouble, args=(where, result, done, seed))
        reader = Following(where.url, done)
        for thread in (*senders, troubling, reader):
            thread.start()
        rng = Random(seed)
        while result.kills < count or result.told.deliveries < deliveries:
            time.sleep(rng.uniform(0, _LONGEST))
            if result.kills < count:
                receiver.kill()
                result.kills += 1
                receiver = receiving.start(config)
        for sender in senders:
            sender.stopped.set()
        for sender in senders:
            sender.join(60)
        done.set()
        troubling.join()
        receiver.kill()
        reader.join(120)
        _recover(Path(name), where.url)
        _compare(result, where.url, reader)
    result.seconds = time.monotonic() - began
    return result


def _trouble(where: Place, result: KilledReceiver, done: threading.Event, seed: int) -> None:
    rng = Random(seed + 1000)
    while not done.wait(rng.uniform(0, 2 * _A_TROUBLE)):
        kind = rng.choice(("full", "locked", "crash"))
        if kind == "full" and FULL_DISKS:
            with where.filled():
                done.wait(rng.uniform(0.1, 1))
            result.troubles["full disks"] += 1
        elif kind == "locked":
            with where.locked():
                done.wait(rng.uniform(0.1, 3))
            result.troubles["locked stores"] += 1
        elif kind == "crash" and where.crash():
            result.troubles["database crashes"] += 1


class Following(threading.Thread):
    """A reader that follows the store all the while."""

    def __init__(self, url: str, done: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._done = done
        self.counts: dict[int, int] = {}
        """Of each event, by its id, how often it had come when it was last read."""
        self.disorder = 0

    def run(self) -> None:
        """Read until done, and then once more to the end."""
        offset = 0
        with open_reader(self._url, "follower") as reader:
            while True:
                last_round = self._done.is_set()
                try:
                    while events := reader.read(offset, limit=200):
                        for event in events:
                            self.disorder += event.sequence <= offset
                            offset = event.sequence
                            self.counts[event.id] = event.count
                    reader.confirm(offset)
                except LoopReturnsError:
                    last_round = False
                if last_round:
                    return
                time.sleep(0.05)


def _recover(folder: Path, url: str) -> None:
    """Mend the secret, and take in what was refused for it."""
    config = receiving.configure(
        folder, url, shops={"acme": {"secrets": [receiving.SECRET.decode(), NEW_SECRET.decode()]}}
    )
    done = receiving.command(config, "retake")
    if done.returncode:
        raise RuntimeError(done.stderr)


def _compare(result: KilledReceiver, url: str, reader: Following) -> None:
    store, offset = open_store(url), 0
    found: set[bytes] = set()
    counts: dict[int, int] = {}
    while events := store.read(offset, limit=1000):
        found |= {event.body for event in events}
        counts |= {event.id: event.count for event in events}
        offset = events[-1].sequence
    told = result.told
    result.events = len(counts)
    result.missing = len(told.kept - found)
    result.recovered = len(told.refused & found)
    result.unrecovered = len(told.refused - found)
    # What was taken in afterwards came when the reader had ended, under later ids or with more.
    last = max(reader.counts, default=0)
    before = {own for own in counts if own <= last}
    result.skipped = reader.disorder + len(before - set(reader.counts))
    result.strange = len(found - told.sent)
    store.close()
