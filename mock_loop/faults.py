"""How a healthy answer goes wrong on its way: at random but seeded, or by a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Self

from mock_loop import errors
from mock_loop.quirks import Quirks
from mock_loop.responses import Response, dump

STATUSES = ("429", "429-retry-after", "500", "502", "503", "524-html")
BREAKS = ("reset", "close", "truncate", "bad-gzip", "stall")
"""What happens to the connection, or to the bytes on it."""
ACTED = ("acted-close", "acted-500")
"""Carried out, and then the connection is closed without an answer, or the answer is 500."""
TRANSIENT = (*STATUSES, *BREAKS, "truncate-json", "html-200")
"""All that a client may expect to pass by itself."""
HOSTILE = ("error-200", "null", "missing-key", "list-for-object", "redirect")
"""Answers that no wait will mend; "error-200:3" names one envelope of `errors.ENVELOPES`."""

Step = str | bytes | None
"""A kind of fault, or the body of a 200, or nothing wrong."""


@dataclass(frozen=True)
class Fault:
    """What happens to one request."""

    step: Step
    chance: float

    @property
    def name(self) -> str:
        return self.step if isinstance(self.step, str) else "body"


class Faults:
    """Misbehaviour of the server or of the way to it.

    Args:
        rate: The share of requests that go wrong.
        kinds: The ways, of which one is drawn each time.
        seed: Equal seeds give equal sequences.
        on: Only requests whose path contains this are affected.
        methods: Only requests of these methods are; none named: of all.
        stall_seconds: For how long "stall" falls silent in the middle of a body.
        retry_after: What "429-retry-after" asks for, in seconds.
        redirect_to: Where "redirect" points.
        mutate: Changes the body of every answer with status 200 that is otherwise healthy.
    """

    def __init__(
        self,
        rate: float = 0.0,
        kinds: Iterable[str] = TRANSIENT,
        seed: int = 1,
        *,
        on: str = "",
        methods: tuple[str, ...] = (),
        stall_seconds: float = 30.0,
        retry_after: int = 1,
        redirect_to: str = "https://elsewhere.example/api/v1/warehouse/return/list",
        mutate: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self.rate = rate
        self.kinds = tuple(kinds)
        self.on = on
        self.methods = methods
        self.stall_seconds = stall_seconds
        self.retry_after = retry_after
        self.redirect_to = redirect_to
        self.mutate = mutate
        self._random = Random(seed)
        self._script: list[Step] = []
        self._lock = threading.Lock()
        unknown = {kind.partition(":")[0] for kind in self.kinds} - {*TRANSIENT, *HOSTILE, *ACTED}
        if unknown:
            raise ValueError(f"no such faults: {sorted(unknown)}")

    @classmethod
    def script(cls, steps: Iterable[Step], **options: Any) -> Self:
        """Exactly these for the next requests, nothing wrong afterwards."""
        faults = cls(**options)
        faults._script = list(steps)
        return faults

    def draw(self, path: str, method: str = "GET") -> Fault | None:
        """What shall happen to the next request; None: nothing."""
        with self._lock:
            if self.on not in path or method not in (self.methods or (method,)):
                return None
            if self._script:
                step = self._script.pop(0)
                return None if step is None else Fault(step, self._random.random())
            if self.kinds and self._random.random() < self.rate:
                return Fault(self._random.choice(self.kinds), self._random.random())
            return None

    def instead(self, fault: Fault, quirks: Quirks) -> Response | None:
        """The answer in place of Loop's; None where Loop's is needed to spoil it."""
        step, chance = fault.step, fault.chance
        if isinstance(step, bytes):
            return Response(200, step)
        kind, _, which = (step or "").partition(":")
        envelopes = errors.ENVELOPES
        envelope = envelopes[int(which) if which else int(chance * len(envelopes))]
        html = "text/html; charset=UTF-8"
        page = quirks.error_page
        answers: dict[str, Response] = {
            "429": errors.throttled(),
            "429-retry-after": replace(
                errors.throttled(),
                headers={"Retry-After": str(self.retry_after)},
            ),
            "500": errors.server_error(),
            "502": Response(502, page.replace("{title}", "502 Bad Gateway").encode(), html),
            "503": errors.server_error(503),
            "524-html": Response(524, page.replace("{title}", "A timeout occurred").encode(), html),
            "html-200": Response(200, page.replace("{title}", "Maintenance").encode(), html),
            "error-200": Response(200, dump(envelope)),
            "null": Response(200, b"null"),
            "redirect": Response(302, b"", headers={"Location": self.redirect_to}),
            "reset": Response(0, broken="reset"),
            "close": Response(0, broken="close"),
        }
        return answers.get(kind)

    def spoil(self, fault: Fault | None, answer: Response) -> Response:
        """Loop's own answer, spoilt; of refusals, only the sending can be."""
        kind = fault.name if fault else None
        if kind in BREAKS:
            return replace(answer, broken=kind)
        if kind in ACTED:
            return Response(0, broken="close") if kind == "acted-close" else errors.server_error()
        if answer.status != 200:
            return answer
        if fault is None:
            return replace(answer, body=self.mutate(answer.body)) if self.mutate else answer
        if kind == "truncate-json":
            kept = int(len(answer.body) * (0.1 + 0.8 * fault.chance))
            return replace(answer, body=answer.body[:kept])
        content = json.loads(answer.body)
        if kind == "missing-key":
            if isinstance(content, dict):
                lists = [key for key, value in content.items() if isinstance(value, list)]
                content.pop((lists or list(content) or [""])[0], None)
            else:
                content = {}
        else:
            content = [content]
        return replace(answer, body=dump(content))
