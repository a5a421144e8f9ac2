"""The receiver: an address for each shop, 2xx for what is on disk, and for nothing else.

Loop asks again after 500, 503 and a failed connection, up to five times, and
waits as Retry-After says, up to 30 minutes; never after 400, 401, 403, 404, 405.
So the receiver's own trouble is 503, and what fails its signature is put on
disk before it is answered 401, since the secret may be what is wrong.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from loopreturns_events import arriving, signature
from loopreturns_events.arriving import Rate, RefusedRequest, Room
from loopreturns_events.delivery import Delivery, now
from loopreturns_events.errors import StoreTrouble
from loopreturns_events.figures import Figures
from loopreturns_events.settings import Settings, ShopSettings
from loopreturns_events.store import Aside, Taken, open_store
from loopreturns_events.upkeep import Upkeep
from loopreturns_events.writer import Writer

log = logging.getLogger("loopreturns-events")
SOONEST, LATEST = 5, 1800
"""Seconds of Retry-After; Loop honours up to 30 minutes."""
_FOR_A_PERSON = {"no secret", "unknown shop", "no room aside", "rate aside"}
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Receiver:
    """What all requests share. `settings` may be replaced while it runs."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.figures = Figures()
        self.stopping = False
        self.crowded: Callable[[], bool] = lambda: False
        """Whether there are more connections than there may be; the server knows."""
        self._clock = clock
        self._room = Room(settings.waiting_bytes)
        self._rates: dict[str, Rate] = {}
        self._trouble_since: float | None = None

    @asynccontextmanager
    async def running(self, _app: Starlette) -> AsyncIterator[None]:
        """Hold the store, look after it, and put on disk what still waits at the end."""
        settings = self.settings
        store = open_store(settings.store, aside_bytes=settings.aside_bytes)
        self.upkeep = Upkeep(settings, self.figures)
        self._writer = Writer(store, most_bytes=settings.waiting_bytes)
        looking = asyncio.create_task(self.upkeep.go_on())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.to_thread(self._writer.close)
            store.close()
            self.upkeep.close()

    async def receive(self, request: Request) -> Response:
        """Answer a delivery."""
        began = self._clock()
        try:
            outcome = await self._taken(request)
        except RefusedRequest as refused:
            return self._refused(refused)
        except StoreTrouble as trouble:
            return self._unavailable(trouble.reason)
        finally:
            self.figures.seconds.observe(self._clock() - began)
        shop = request.path_params["shop"]
        if outcome is Taken.ASIDE:
            self.figures.aside.labels(shop).inc()
            return self._refused(RefusedRequest(401, "signature"))
        if outcome is Taken.NO_ROOM_ASIDE:
            return self._unavailable("no room aside")
        self.figures.received.labels(shop).inc()
        if outcome is Taken.REPEATED:
            self.figures.repeated.labels(shop).inc()
        return PlainTextResponse("kept\n")

    async def _taken(self, request: Request) -> Taken:
        """What became of a delivery that is on disk now."""
        settings = self.settings
        shop = self._shop(request.path_params["shop"])
        given = request.headers.get(signature.HEADER, "")
        body = await arriving.body(
            request, self._room, most=settings.largest_body, within=settings.body_seconds
        )
        claimed = signature.parse(given)
        if claimed is None:  # can never be right, whatever the secret
            raise RefusedRequest(401, "no signature")
        delivery = Delivery(shop.name, body, now())
        right = signature.matches(body, claimed, shop.secrets)
        if not right and not self._rate(shop.name).allows():
            raise RefusedRequest(503, "rate aside")
        outcome = await self._writer.put(
            delivery if right else Aside(delivery, claimed), within=settings.answer_seconds
        )
        self._trouble_since = None
        return outcome

    def _shop(self, name: str) -> ShopSettings:
        shop = self.settings.shops.get(name)
        if self.stopping:
            raise RefusedRequest(503, "stopping")
        if self.crowded():
            raise RefusedRequest(503, "crowded")
        if shop is None:
            raise RefusedRequest(503, "unknown shop")
        if not shop.secrets:
            raise RefusedRequest(503, "no secret")
        return shop

    def _rate(self, shop: str) -> Rate:
        return self._rates.setdefault(shop, Rate(self.settings.aside_per_minute))

    def _refused(self, refused: RefusedRequest) -> Response:
        if refused.status == 503:  # noqa: PLR2004
            return self._unavailable(refused.reason)
        self.figures.refused.labels(refused.reason).inc()
        return PlainTextResponse(
            f"refused: {refused.reason}\n", refused.status, {"Connection": "close"}
        )

    def _unavailable(self, reason: str) -> Response:
        """503; the longer the trouble lasts, the later to come again: Loop's attempts are few."""
        self.figures.unavailable.labels(reason).inc()
        wait = LATEST if reason in _FOR_A_PERSON else SOONEST
        if reason in ("locked", "full", "away", "slow", "fault"):
            at = self._clock()
            if self._trouble_since is None:
                self._trouble_since = at
            wait = min(LATEST, max(SOONEST, round(4 * (at - self._trouble_since))))
        headers = {"Retry-After": str(wait), "Connection": "close"}
        return PlainTextResponse(f"not now: {reason}\n", 503, headers)

    async def alive(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("alive\n")

    async def ready(self, _request: Request) -> Response:
        """Whether a delivery would be taken: the store writes, and each shop has a secret."""
        without = sorted(shop.name for shop in self.settings.shops.values() if not shop.secrets)
        problems = [f"no secret: {name}" for name in without]
        if self.stopping:
            problems.append("stopping")
        try:
            await self.upkeep.check()
        except StoreTrouble as trouble:
            problems.append(f"store: {trouble.reason}")
        status = 503 if problems else 200
        return JSONResponse({"ready": not problems, "problems": problems}, status)

    async def metrics(self, _request: Request) -> Response:
        """Figures in the text form of Prometheus."""
        return Response(self.figures.text(), media_type=_TEXT)

    def app(self) -> Starlette:
        """The application for an ASGI server."""
        return Starlette(
            routes=[
                Route("/hooks/{shop}", self.receive, methods=["POST"]),
                Route("/health", self.alive, methods=["GET"]),
                Route("/ready", self.ready, methods=["GET"]),
                Route("/metrics", self.metrics, methods=["GET"]),
            ],
            lifespan=self.running,
            exception_handlers={Exception: self._fault},
        )

    async def _fault(self, _request: Request, error: Exception) -> Response:
        # Only its kind: its text may quote a body.
        log.error("A request could not be answered: %s", type(error).__name__)
        return self._unavailable("fault")
