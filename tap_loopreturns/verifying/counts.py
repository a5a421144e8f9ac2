"""How many returns Loop holds, and a warehouse, by the month of their `updated_at` and by state.

Loop's are read another way than the tap reads them, by their creation: what one way should
lack, the other shows. That takes as many requests as a backfill, one for 750 returns, and
about a hundred for the years before there were any.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from loop_returns import times
from loop_returns.errors import SettingsError, UncleanRecord
from loop_returns.returns_list.answers import MADE
from loop_returns.returns_list.reading import ReturnsReading
from loop_returns.spans import Spans
from tap_loopreturns.output.progress import Progress
from tap_loopreturns.run import Run

Place = tuple[str, str]
"""A month, such as 2026-11, and a state."""
Counts = Mapping[Place, int]
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])(?!\d)", re.ASCII)
COLUMNS = ("month", "state", "count")


def count(run: Run) -> Counts:
    """How many returns Loop holds in each month and state, of those that changed in the span.

    Raises:
        LoopReturnsError: as `ReturnsReading`; UncleanRecord where a return has no id.
    """
    settings, progress = run.settings, Progress(run.log, "returns")
    progress.start("returns of all times, by when they were made")
    ever = Spans([(times.EARLIEST, settings.span.end)])
    places: dict[int, Place] = {}  # by the return, so that one that changes meanwhile counts once
    done = 0
    for portion in ReturnsReading(
        run.client,
        dict.fromkeys(settings.states, ever),
        page_size=settings.page_size,
        workers=settings.concurrency,
        column=MADE,
        idle=run.stop_if_asked,
    ):
        run.stop_if_asked()
        for second, head in portion.heads():
            state = str(head.get("state"))
            if state in settings.states and settings.span.holds(second):
                place = sys.intern(times.show(second)[:7]), sys.intern(state)
                places[hash(_id(head))] = place
        done += sum(spans.length for spans in portion.proof.credit.values())
        progress.rows = len(places)
        progress.tell(done / (ever.length * len(settings.states)))
    return Counter(places.values())


def _id(head: Mapping[str, object]) -> str | int:
    name = head.get("id")
    if not isinstance(name, (str, int)):
        raise UncleanRecord("returns: a return of the list has no 'id', its key.")
    return name


def read(file: TextIO) -> Counts:
    """The counts in a CSV file with the columns month, state and count, in any order.

    Raises:
        SettingsError: it lacks one of them, or a line is not what they say.
    """
    counts: Counter[Place] = Counter()
    lines = csv.reader(file)
    try:
        # A file as Excel saves it begins with a mark of its encoding.
        header = [name.removeprefix("\ufeff").strip().lower() for name in next(lines, [])]
        if any(header.count(name) != 1 for name in COLUMNS):
            raise SettingsError(
                "--against", "accepts a CSV file with the columns month, state and count."
            )
        places = [header.index(name) for name in COLUMNS]
        for line in filter(None, lines):
            month, state, number = (
                line[place].strip() if place < len(line) else "" for place in places
            )
            if not (_MONTH.match(month) and state and number.isascii() and number.isdigit()):
                raise SettingsError(
                    "--against",
                    f"accepts lines such as 2026-11,open,120; line {lines.line_num} is not one.",
                )
            counts[month[:7], state] += int(number)
    except (csv.Error, ValueError):  # a zero byte, another encoding, digits by the thousand
        raise SettingsError("--against", "accepts a CSV file in UTF-8.") from None
    return counts
