"""The order of visits: by the day that a name holds, never by its spelling."""

import re
from collections.abc import Sequence

DAYS = {"d": 1, "day": 1, "w": 7, "week": 7, "m": 30, "month": 30, "y": 365, "year": 365}


def parse_day(name: str) -> int | None:
    """The day that a visit's name holds, or None.

    >>> [parse_day(name) for name in ("D28", "W4", "M1", "Y1", "baseline", "D-7", "follow-up")]
    [28, 28, 30, 365, 0, -7, None]
    """
    text = name.strip().casefold()
    if text == "baseline":
        return 0
    match = re.fullmatch(r"([a-z]+)[ _]?(-?[0-9]{1,5})", text)
    if match is None or match[1] not in DAYS:
        return None
    return DAYS[match[1]] * int(match[2])


def order_visits(names: Sequence[str]) -> list[str]:
    """Visits by their day where every name holds one, else as they first appear.

    >>> order_visits(["Y8", "Y10", "Y12", "Y10"]), order_visits(["after", "before", "after"])
    (['Y8', 'Y10', 'Y12'], ['after', 'before'])
    """
    once = list(dict.fromkeys(names))
    days = {name: parse_day(name) for name in once}
    if any(day is None for day in days.values()):
        return once
    return sorted(once, key=lambda name: days[name] or 0)
