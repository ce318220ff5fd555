"""How a difference moves with the DEJ, in one sentence."""

from dataclasses import replace

import pytest

from dermdash.analysis.comparisons import compare_cohort
from dermdash.analysis.sensitivity import Sensitivity, Shift
from dermdash.reporting.sensitivity import difference_name, shift_sentence, short_margin_sentence
from dermdash.stats.words import leading
from tests.support.drawings import Numbers


@pytest.fixture(scope="module")
def moved() -> Sensitivity:
    """A difference of 1.3 to 1.5, that is settled at two of three shifts, and unknown at one."""
    found = compare_cohort(Numbers().cohort)
    lead = leading(found, found.plan)
    shifts = [
        Shift(-10, replace(lead, difference=1.3, p_adjusted=0.06), 18, 18),
        Shift(0, replace(lead, difference=1.4, p_adjusted=0.001), 18, 18),
        Shift(5, replace(lead, difference=1.5, p_adjusted=0.0004), 18, 18),
        Shift(10, None, 3, 3),
    ]
    return Sensitivity(tuple(shifts), found)


def test_it_says_how_far_and_on_which_side_of_alpha(moved: Sensitivity) -> None:
    """Lost: a finding that hangs on the DEJ would be printed without a word of it."""
    name = difference_name(moved)
    assert shift_sentence(moved) == (
        f"With the DEJ taken 10 µm higher to 5 µm deeper, {name}, lies between 1.30 and 1.50; p is "
        "below 0.05 at 2 of 3 shifts (largest p = .060)."
    )
    assert short_margin_sentence(moved).endswith("At 1 of 4 shifts too few subjects are left.")


def test_where_nothing_can_be_told_it_says_so(moved: Sensitivity) -> None:
    none = replace(moved, shifts=tuple(replace(one, contrast=None) for one in moved.shifts))
    assert "At no shift of the DEJ" in shift_sentence(none)
