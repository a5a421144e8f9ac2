"""Runs the receiver under uvicorn until it is told to stop; SIGHUP reads the settings again."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn

from loopreturns_events import settings as settings_
from loopreturns_events.arriving import Punctual
from loopreturns_events.errors import LoopReturnsError, SettingsError
from loopreturns_events.receiver import Receiver

log = logging.getLogger("loopreturns-events")
_IDLE = 180
"""Seconds that a proxy may keep a connection for later: longer than Caddy and nginx do."""
_LARGEST_HEAD = 32 * 1024
_BACKLOG = 2048


class ReceiverServer(uvicorn.Server):
    """uvicorn's server, which tells the receiver that it is stopping."""

    def __init__(self, config: uvicorn.Config, receiver: Receiver) -> None:
        super().__init__(config)
        self._receiver = receiver
        # Not uvicorn's own limit: its 503 says nothing of when to come again.
        receiver.crowded = self._is_crowded

    def _is_crowded(self) -> bool:
        return len(self.server_state.connections) > self._receiver.settings.connections

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal asks to stop: what arrives from now on is for later."""
        del sig, frame
        self._receiver.stopping = True
        self.should_exit = True


def serve(path: str) -> None:
    """Receive until SIGTERM or SIGINT.

    Raises:
        SettingsError: the file's settings cannot be used, or the port is taken.
    """
    settings = settings_.read(path)
    receiver = Receiver(settings)
    Punctual.header_seconds = settings.body_seconds
    config = uvicorn.Config(
        receiver.app(),
        http=Punctual,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=int(settings.body_seconds + settings.answer_seconds) + 1,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    # What hostile senders make uvicorn say would fill the disk that the events need.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    listening = _listen(settings)
    server = ReceiverServer(config, receiver)
    asyncio.run(_run(server, receiver, path, listening))


async def _run(
    server: ReceiverServer, receiver: Receiver, path: str, listening: socket.socket
) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _reread, receiver, path)
    shops = receiver.settings.shops.values()
    host, port = listening.getsockname()[:2]
    sys.stdout.write(f"listening http://{host}:{port}\n")
    sys.stdout.flush()
    log.info("Receiving for %s shops at port %s.", len(shops), port)
    for shop in shops:
        if not shop.secrets:
            log.warning("Shop %s has no secret: its deliveries are answered 503.", shop.name)
    await server.serve(sockets=[listening])
    log.info("Stopped; all that was answered 2xx is in the store.")


def _reread(receiver: Receiver, path: str) -> None:
    """Take the shops and their secrets as the file has them now; the store stays."""
    try:
        found = settings_.read(path)
    except (LoopReturnsError, OSError) as error:
        log.error("The settings stay as they were: %s", error)  # noqa: TRY400
        return
    receiver.settings = found
    log.info("The settings were read again: %s shops.", len(found.shops))


def _listen(settings: settings_.Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Only where the protocol is named does asyncio send small answers at once, not after 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise SettingsError("listen", f"cannot be used: {error}") from None
    return listening
