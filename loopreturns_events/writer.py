"""Puts deliveries on disk: all that wait share one commit, and each is told when it is done."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence

from loopreturns_events.delivery import Delivery
from loopreturns_events.errors import StoreTrouble
from loopreturns_events.store import Aside, Store, Taken

log = logging.getLogger("loopreturns-events")
Item = Delivery | Aside
_Waiting = tuple[Item, "asyncio.Future[Taken]"]
_MOST = 200
_MOST_BYTES = 8 * 1024 * 1024


class Writer:
    """A thread that writes to a store; `put` is called from the event loop that made it.

    Args:
        store: Used by this thread alone.
        most_bytes: Bodies that may wait; beyond that the store is too slow for what comes.
    """

    def __init__(self, store: Store, *, most_bytes: int) -> None:
        self._store = store
        self._most = most_bytes
        self._bytes = 0
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def put(self, item: Item, *, within: float) -> Taken:
        """Wait until this is on disk.

        Raises:
            StoreTrouble: it is not, or not within so many seconds. It may still
                come to be there: the sender asks again, and the event counts two.
        """
        size = _size(item)
        if self._bytes + size > self._most:
            raise StoreTrouble("busy", "more waits for it than may")
        self._bytes += size
        future: asyncio.Future[Taken] = self._loop.create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._queue.put((item, future))
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(future)
        except TimeoutError:
            raise StoreTrouble("slow", f"no answer within {within:g} s") from None

    def close(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, over = self._gather(first)
            self._write(batch)
            if over:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits, up to a bound, and whether the end was among it."""
        batch, size = [first], _size(first[0])
        while len(batch) < _MOST and size < _MOST_BYTES:
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                break
            if found is None:
                return batch, True
            batch.append(found)
            size += _size(found[0])
        return batch, False

    def _write(self, batch: Sequence[_Waiting]) -> None:
        # What a store takes first comes first, as it answers in that order.
        batch = sorted(batch, key=lambda one: isinstance(one[0], Aside))
        try:
            outcomes = self._store.take(
                [item for item, _ in batch if isinstance(item, Delivery)],
                [item for item, _ in batch if isinstance(item, Aside)],
            )
        except StoreTrouble as trouble:
            self._tell(batch, [trouble] * len(batch))
        except Exception as error:  # noqa: BLE001  no delivery may end the thread
            if len(batch) > 1:  # one of them, perhaps: the others need not suffer
                for one in batch:
                    self._write([one])
                return
            log.error("A delivery could not be written: %s", type(error).__name__)  # noqa: TRY400
            fault = StoreTrouble("fault", "a delivery could not be written")
            self._tell(batch, [fault])
        else:
            self._tell(batch, outcomes)

    def _tell(self, batch: Sequence[_Waiting], results: Sequence[Taken | StoreTrouble]) -> None:
        def tell() -> None:
            for (item, future), found in zip(batch, results, strict=True):
                self._bytes -= _size(item)
                if future.done():
                    continue
                if isinstance(found, StoreTrouble):
                    future.set_exception(found)
                else:
                    future.set_result(found)

        self._loop.call_soon_threadsafe(tell)


def _size(item: Item) -> int:
    return len(item.body if isinstance(item, Delivery) else item.delivery.body)
