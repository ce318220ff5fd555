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
    """Visits by their day where every name holds one, else by their number where they are counted.

    Counted are names that are alike but for one number (``V1``, ``V2``, ``V10``; ``0``, ``28``).
    All others stay as they first appear.

    >>> order_visits(["Y8", "Y10", "Y12", "Y10"]), order_visits(["after", "before", "after"])
    (['Y8', 'Y10', 'Y12'], ['after', 'before'])
    >>> order_visits(["V10", "V2", "V1"])
    ['V1', 'V2', 'V10']
    """
    once = list(dict.fromkeys(names))
    places: dict[str, int | None] = {name: parse_day(name) for name in once}
    if None in places.values():
        places = _counted(once)
    if None in places.values():
        return once
    return sorted(once, key=lambda name: places[name] or 0)


def _counted(names: Sequence[str]) -> dict[str, int | None]:
    """The number at the end of each name, None where they are not alike but for it.

    A dash that all have is no sign: ``visit-2`` comes after ``visit-1``, ``T-7`` before ``T0``.
    """
    for number in ("[0-9]{1,9}", "-?[0-9]{1,9}"):
        parts = [re.fullmatch(f"([^0-9]*?)({number})", name.strip().casefold()) for name in names]
        if len({match and match[1] for match in parts}) == 1:
            break
    else:
        return dict.fromkeys(names)
    return {name: match and int(match[2]) for name, match in zip(names, parts, strict=True)}
