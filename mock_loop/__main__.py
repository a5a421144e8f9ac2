"""Serve a seeded account until told to stop: ``python -m mock_loop --help``."""

import argparse
import json
import signal
import sys
import threading
import time
from pathlib import Path

from mock_loop import Quirks, Shop, WebhookRules, WebhookSender, clock, serve

YEARS = 3 * 365
_WHAT = """Serve a mock Loop Returns account, with returns that a seed makes up, until it is
stopped (Ctrl-C). Its first line is JSON: the url and key to give to the tap or target as api_url
and api_key, and how many returns there are. Nothing is sent to Loop, and nothing is kept: changes
are gone at the end. docs/mock.md tells how to change the account while it is served."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mock-loop", description=_WHAT)
    parser.add_argument("--port", type=int, default=8700, help="8700; 0 takes a free one")
    parser.add_argument("--returns", type=int, default=20_000, help="how many returns (20,000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same account")
    parser.add_argument("--key", default="demo-key", help="the only key that is let in")
    parser.add_argument("--start", help="first day of the history (three years before its end)")
    parser.add_argument("--end", help="last day of the history (now)")
    parser.add_argument("--now", help="stop the shop's clock at this moment")
    parser.add_argument("--requests-per-minute", type=int, default=300, help="0: no limit")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds until each answer")
    parser.add_argument("--no-gzip", action="store_true", help="never compress")
    parser.add_argument("--webhook-secret", help="send webhooks, signed with this, of changes")
    parser.add_argument("--state-file", type=Path, help="the printed line is written here, too")
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    now = clock.parse(given.now) if given.now else int(time.time())
    end = clock.parse(given.end) if given.end else now
    start = clock.parse(given.start) if given.start else end - YEARS * clock.DAY
    shop = Shop.seeded(
        given.returns, given.seed, clock.millis(start), clock.millis(end), now=given.now
    )
    quirks = Quirks(
        requests_per_minute=given.requests_per_minute or None,
        latency=given.latency,
        gzip=not given.no_gzip,
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve(shop, key=given.key, quirks=quirks, port=given.port) as loop:
        line = json.dumps({"url": loop.url, "key": loop.key, "returns": len(shop.returns)})
        if given.state_file:
            given.state_file.write_text(line + "\n", encoding="utf-8")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        webhooks = (
            WebhookSender(shop, WebhookRules(given.webhook_secret))
            if given.webhook_secret
            else None
        )
        stop.wait()
        if webhooks:
            webhooks.close()
    if given.state_file:
        given.state_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
