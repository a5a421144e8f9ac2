"""The page that tells what was found, to be put into an issue: no personal data is on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loop_returns import times
from loop_returns.endpoints import RETURNS_LIST
from loop_returns.http.client import Client
from loop_returns.questions.about_others import OtherQuestions
from loop_returns.questions.about_returns import ReturnsQuestions
from loop_returns.questions.asking import AnsweredQuestion, Asker


def findings(client: Client, now: int) -> Iterator[AnsweredQuestion]:
    """Every question with its answer in this account, one after another.

    Args:
        client: The account; it is asked about thirty times, for readings alone.
        now: The present, in seconds.

    Raises:
        AccessError: the key is refused for the list of returns.
        LoopUnavailable: Loop gives no healthy answer to the first question.
    """
    asker = Asker(client)
    client.get(RETURNS_LIST.path, {"from": times.show(now - 60)}, scope=RETURNS_LIST.scope)
    returns = ReturnsQuestions(asker, now)
    yield from returns.findings()
    rows = returns.rows
    yield from OtherQuestions(asker, now, returns.one if rows else None).findings()


def page(found: Iterable[AnsweredQuestion], *, version: str, requests: int, by: str) -> str:
    """Markdown with a line for each question."""
    lines = [
        "# Open questions about Loop's API, in one account",
        "",
        f"Version {version} of the API, {requests} requests, {by}.",
        "No ids, names or other data of customers are shown.",
        "",
        "| question | answer | seen |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {_cell(one.question)} `{one.name}` | {_cell(one.answer)} | {_cell(one.seen)} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
