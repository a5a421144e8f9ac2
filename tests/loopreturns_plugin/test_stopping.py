"""A signal ends the run where nothing is cut in half, and the second one at once."""

from __future__ import annotations

import logging
import signal

import pytest

from loopreturns_plugin.stopping import Stopped, StopRequest

log = logging.getLogger("test-stopping")


@pytest.fixture
def stop() -> StopRequest:
    return StopRequest(log, ". The next run resumes.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_amid_a_message_it_waits_for_a_place_to_stop(
    stop: StopRequest, number: int, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing happens until the run asks; then the exit code is 128 and the signal's number."""
    stop.receive(number, may_stop=False)
    assert not caplog.messages
    with pytest.raises(SystemExit) as left:
        stop.stop_if_asked()
    assert left.value.code == code
    assert caplog.messages == [f"Stopped by {signal.Signals(number).name}. The next run resumes."]


def test_where_nothing_would_be_cut_it_stops_at_once(stop: StopRequest) -> None:
    """While Loop is awaited, for example."""
    with pytest.raises(SystemExit):
        stop.receive(signal.SIGTERM, may_stop=True)


def test_a_signal_amid_a_line_of_the_log_is_told_after_it(
    stop: StopRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """Python cannot write a line within a line; whoever leaves the run says it."""
    with pytest.raises(Stopped) as left:
        stop.receive(signal.SIGTERM, may_stop=True)
    assert not caplog.messages
    left.value.tell()
    left.value.tell()
    assert caplog.messages == ["Stopped by SIGTERM. The next run resumes."]


def test_a_second_signal_ends_at_once_whatever_is_cut() -> None:
    """Whoever sends two does not want to wait; its own number counts."""
    times = iter([0.0, 1.5])
    stop = StopRequest(log, "", clock=lambda: next(times))
    stop.receive(signal.SIGTERM, may_stop=False)
    with pytest.raises(SystemExit) as left:
        stop.receive(signal.SIGINT, may_stop=False)
    assert left.value.code == 130


def test_two_signals_of_one_wish_cut_nothing() -> None:
    """Ctrl-C reaches the tap, and Meltano, which then sends SIGTERM to it as well."""
    times = iter([0.0, 0.01])
    stop = StopRequest(log, "", clock=lambda: next(times))
    stop.receive(signal.SIGINT, may_stop=False)
    stop.receive(signal.SIGTERM, may_stop=False)
    with pytest.raises(Stopped) as left:
        stop.stop_if_asked()
    assert left.value.code == 130


def test_without_a_signal_the_run_goes_on(stop: StopRequest) -> None:
    """However often it asks."""
    stop.stop_if_asked()
    stop.stop_if_asked()
