import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.stats.days import order_visits, parse_day


@given(st.lists(st.integers(0, 3000), min_size=2, unique=True), st.sampled_from("DWMY"))
def test_days_follow_the_numbers_of_visits(numbers: list[int], unit: str) -> None:
    """Y10 would come before Y8, and baseline and last visit would be swapped."""
    names = [f"{unit}{number}" for number in sorted(numbers)]
    days = [parse_day(name) for name in names]
    assert days == sorted(days, key=lambda day: -1 if day is None else day)
    assert None not in days


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("D28", 28),
        ("d28", 28),
        (" Day 7 ", 7),
        ("week_4", 28),
        ("M1", 30),
        ("Y1", 365),
        ("Baseline", 0),
        ("D-7", -7),
    ],
)
def test_days_are_read_as_people_write_them(name: str, day: int) -> None:
    """A visit whose name holds its day would have to be typed in by hand."""
    assert parse_day(name) == day


@pytest.mark.parametrize("name", ["", "V1", "D", "28", "D2.5", "follow-up", "D1e3", "D١"])
def test_other_names_hold_no_day(name: str) -> None:
    """A guessed day would put a visit at the wrong place, unseen."""
    assert parse_day(name) is None


def test_names_without_days_keep_their_order() -> None:
    """Visits called before and after would be swapped by their spelling, and all signs too."""
    assert order_visits(["before", "after", "before"]) == ["before", "after"]
    assert order_visits(["D0", "final", "D28"]) == ["D0", "final", "D28"]
