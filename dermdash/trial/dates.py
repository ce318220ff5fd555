"""Days as people write them: 2026-03-01, 01.03.2026, 03/01/2026."""

import re
from datetime import date
from typing import Literal

from dermdash.errors import TableError

DayOrder = Literal["day first", "month first"]
MONTHS = "January February March April May June July August September October November December"


def parse_date(text: str, *, order: DayOrder | None = None) -> date:
    """The day that a text names.

    order : what stands first where slashes part the numbers; None refuses a day that has two
        readings, since it would have to be guessed

    Raises
    ------
    TableError
        It is no day, or may be two.

    >>> parse_date("01.03.2026"), parse_date("03/31/2026")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 31))
    """
    text = text.strip()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})([T ]00:00(:00)?)?", text):
        found = _day(match[1], match[2], match[3])
    elif match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        found = _day(match[3], match[2], match[1])
    elif match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        day_first = _day(match[3], match[2], match[1])
        month_first = _day(match[3], match[1], match[2])
        if day_first and month_first and day_first != month_first and order is None:
            raise TableError(
                f"{text} may be {_words(day_first)} or {_words(month_first)}; say which stands "
                "first, or write it as 2026-03-01"
            )
        both = (day_first, month_first) if order != "month first" else (month_first, day_first)
        found = both[0] if order else both[0] or both[1]
    else:
        found = None
    if found is None:
        raise TableError(f"{text[:40]!r} is no day; write it as 2026-03-01")
    return found


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _words(day: date) -> str:
    return f"{day.day} {MONTHS.split()[day.month - 1]}"
