"""Moments: whole seconds since the epoch inside the mock, Loop's many spellings outside.

Loop's database keeps date-times to the second (a decoded cursor reads
``2022-06-27 16:25:01``), so a whole second is the only unit of time in here.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

DAY = 86_400

# What the documentation's text, its samples and working clients send: a bare
# date, "yyyy-mm-dd hh:mm:ss", and ISO 8601 with or without fraction and zone.
# A "+" that was not percent-encoded arrives as a blank and is refused here.
_ACCEPTED = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?",
)


def parse(text: str) -> int:
    """Read one of the spellings that Loop accepts; naive means UTC.

    A fraction is dropped, as it is when a date is bound to a column of whole seconds.

    Raises:
        ValueError: The text is none of them, or no such date exists.
    """
    if not _ACCEPTED.fullmatch(text):
        raise ValueError(f"not a date that Loop accepts: {text!r}")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return math.floor(moment.timestamp())


def is_naive(text: str) -> bool:
    """Whether a time, not a date alone, names no zone."""
    return ":" in text and not re.search(r"(Z|[+-]\d\d:?\d\d)$", text)


_TIMES = [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY)]


@lru_cache(maxsize=50_000)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * DAY, tz=UTC).strftime("%Y-%m-%d")


def day(moment: int) -> str:
    """``2022-11-02``, the UTC day of a moment."""
    return _day(moment // DAY)


def naive(moment: int, between: str = " ") -> str:
    """``2022-11-02 00:13:08``: UTC without saying so."""
    return f"{_day(moment // DAY)}{between}{_TIMES[moment % DAY]}"


def millis(moment: int) -> str:
    """``2023-01-01T22:27:15.000Z``, as the documentation prints date-times."""
    return naive(moment, "T") + ".000Z"


def offset(moment: int) -> str:
    """``2022-11-02T00:13:08+00:00``, as date-times were seen live."""
    return naive(moment, "T") + "+00:00"


def eastern(moment: int) -> str:
    """``2023-04-25T13:25:00-05:00``: a moment told with the shop's own offset."""
    return naive(moment - 5 * 3600, "T") + "-05:00"


# One account shows several spellings; each return keeps to its own.
SPELLINGS = (millis, offset, eastern)


def spelling_of(return_id: str) -> Callable[[int], str]:
    """The one of the date-time spellings to which this return keeps."""
    digits = int(return_id) if return_id.isdecimal() else len(return_id)
    return SPELLINGS[(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2)[digits % 11]]
