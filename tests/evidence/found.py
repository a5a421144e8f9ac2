"""Finds the evidence, and reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

_BESIDE = Path(__file__).parents[3] / "shared" / "evidence"
FOLDER = Path(os.environ.get("LOOP_EVIDENCE") or _BESIDE)
IS_THERE = (FOLDER / "SOURCES.md").is_file()

needs_evidence = pytest.mark.skipif(
    not IS_THERE,
    reason=f"there is no evidence in {FOLDER}; LOOP_EVIDENCE says where else to look",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A payload that somebody kept, or that the documentation shows."""

    name: str
    stream: str
    rows: list[dict[str, Any]]
    parent: Any = None
    """The id that its rows were asked for by, where they do not say it."""


def samples() -> Iterator[Kept]:
    """The answers of endpoints that streams read."""
    for path in sorted(FOLDER.glob("samples/[!_]*.json")):
        found = json.loads(path.read_text("utf-8"))
        yield Kept(path.stem, found["stream"], found["rows"], found.get("parent"))


def webhooks() -> Iterator[Kept]:
    """Payloads of webhooks, each as a row of the stream that it is about."""
    about = {
        "label.request": "label_requests",
        "happy.returns.shipment": "happy_returns_shipments",
    }
    for path in sorted(FOLDER.glob("webhooks/*.json")):
        body = json.loads(path.read_text("utf-8"))["body"]
        yield Kept(path.stem, about.get(body["topic"], "returns"), [body], body.get("return_id"))


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI copies, by their file's name."""
    return {
        path.stem.removeprefix("loop-returns-").removesuffix("-openapi"): yaml.safe_load(
            path.read_text("utf-8")
        )
        for path in sorted(FOLDER.glob("openapi/**/*.y*ml"))
    }
