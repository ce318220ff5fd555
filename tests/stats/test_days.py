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


@pytest.mark.parametrize(
    "names",
    [
        ["V1", "V2", "V10"],
        ["0", "7", "28"],
        ["T-7", "T0", "T28"],
        ["visit 2", "Visit 10"],
        ["v-1", "v-2"],
    ],
)
def test_counted_visits_follow_their_numbers(names: list[str]) -> None:
    """In a table whose rows are in another order, the last visit would be the baseline."""
    assert order_visits(names[::-1]) == names
    assert order_visits([*names[::-1], "follow-up"]) == [*names[::-1], "follow-up"]


def test_numbers_of_different_things_are_not_compared() -> None:
    """A phase and a visit would be put in one line by numbers that say nothing together."""
    assert order_visits(["run-in 2", "V1"]) == ["run-in 2", "V1"]
    assert order_visits(["V1.5", "V1"]) == ["V1.5", "V1"]
