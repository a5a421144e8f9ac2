"""The receiver's figures, in the text form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from loopreturns_events.store import StoreFigures

_NAME = "loopreturns_events"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """Counts of one receiver, and the state of its store as it was last looked at."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry(auto_describe=True)
        self.received = Counter(
            f"{_NAME}_received", "Deliveries on disk and answered 2xx.", ["shop"],
            registry=self.registry,
        )  # fmt: skip
        self.repeated = Counter(
            f"{_NAME}_repeated", "Deliveries among the received that repeat an event.", ["shop"],
            registry=self.registry,
        )  # fmt: skip
        self.aside = Counter(
            f"{_NAME}_kept_aside", "Deliveries with a wrong signature, kept aside.", ["shop"],
            registry=self.registry,
        )  # fmt: skip
        self.refused = Counter(
            f"{_NAME}_refused", "Requests answered 4xx, by reason.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self.unavailable = Counter(
            f"{_NAME}_unavailable", "Requests answered 503, by reason.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            f"{_NAME}_answer_seconds", "Time from a request's headers to its answer.",
            buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.stored: StoreFigures | None = None
        self.registry.register(_Stored(self))

    def text(self) -> bytes:
        """All figures."""
        return generate_latest(self.registry)


class _Stored(Collector):
    """The store's figures; none where it could not be asked."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._figures.stored
        if found is None:
            return
        for name, meaning, value in (
            ("stored_events", "Events in the store.", found.events),
            ("last_sequence", "Sequence of the last delivery.", found.last),
            ("aside", "Deliveries that are kept aside.", found.aside),
            ("aside_bytes", "Bytes that are kept aside.", found.aside_bytes),
            ("store_bytes", "Bytes of the store on disk.", found.size),
            ("lag_seconds", "Age of the oldest event not confirmed.", _age(found.oldest)),
        ):
            yield GaugeMetricFamily(f"{_NAME}_{name}", meaning, value)
        lag = GaugeMetricFamily(
            f"{_NAME}_lag", "Sequences that a reader has not confirmed.", labels=["reader"]
        )
        for reader, confirmed in found.readers.items():
            lag.add_metric([reader], found.last - confirmed)
        yield lag


def _age(moment: str | None) -> float:
    if moment is None:
        return 0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
