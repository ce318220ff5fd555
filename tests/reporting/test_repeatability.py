"""How well a score repeats, in words and tables."""

import pytest

from dermdash.reporting.repeatability import (
    component_table,
    measure_table,
    repeatability_sentence,
)
from dermdash.reporting.responders import threshold_warning
from dermdash.stats.findings import Effect
from dermdash.stats.repeatability import Repeatability, repeatability

SDC = Effect("sdc", 0.5, 0.4, 0.7)


@pytest.fixture
def found() -> Repeatability:
    return repeatability([2.0, 2.2, 3.0, 3.1, 1.5, 1.4], ["a", "a", "b", "b", "c", "c"])


def test_the_sentence_says_from_which_change_on_a_subject_changed(found: Repeatability) -> None:
    """Lost: a standard error would have to be turned into a change by the reader."""
    said = repeatability_sentence(
        found, SDC, basis="scans repeated at the same site at D0", outcome="expected grade"
    )
    assert "once it differs by 0.50 or more (smallest detectable change, 95 % CI 0.40 to" in said
    assert "6 scans of 3 subjects, ICC 0.98 (95 % CI" in said


@pytest.mark.parametrize(("threshold", "warned"), [(0.2, True), (-0.2, True), (0.5, False)])
def test_a_threshold_within_the_error_is_warned_of(threshold: float, warned: bool) -> None:
    """Lost: measurement error would be sold as response."""
    assert bool(threshold_warning(threshold, SDC)) is warned


def test_tables_hold_each_measure_with_its_interval(found: Repeatability) -> None:
    """Lost: a number would stand without its uncertainty."""
    table = measure_table(found, SDC, scans_a_visit=2)
    assert table["Estimate"].tolist() == pytest.approx(
        [found.icc.value, found.sem.value, found.sdc.value, 0.5]
    )
    assert "mean of 2.0 scans a visit" in table["Measure"].iloc[-1]
    assert (table["CI low"] < table["Estimate"]).all()
    components = component_table(found)
    assert components["Source"].tolist() == ["subject", "replicate"]
    assert components["Share (%)"].sum() == pytest.approx(100)
    assert (components["SD"] ** 2).tolist() == pytest.approx(components["Variance"].tolist())
