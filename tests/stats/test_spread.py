"""The SD of an earlier study, as a plan takes it over."""

import numpy as np
import pytest

from dermdash.errors import TableError
from dermdash.stats.ancova import ancova
from dermdash.stats.spread import (
    correlation_of_study,
    sd_after_baseline,
    sd_of_change,
    sd_of_study,
    sd_upper_limit,
)
from tests.support.scores import trial


def test_sd_of_a_study_and_its_doubt() -> None:
    """Lost: a lucky small SD would plan a trial that is too small every second time."""
    # R: sqrt(11 / qchisq(.2, 11)), sqrt(19 / qchisq(.05, 19))
    assert sd_upper_limit(1.0, 11) == pytest.approx(1.25458175232, abs=1e-10)
    assert sd_upper_limit(1.0, 19, confidence=0.95) == pytest.approx(1.37041039768, abs=1e-10)
    a, b = np.array([1.0, 2.0, 4.0]), np.array([9.0, 9.5, 8.0, 7.0])
    found = sd_of_study({"a": a, "b": b, "alone": np.array([3.0])})
    pooled = ((2 * a.var(ddof=1) + 3 * b.var(ddof=1)) / 5) ** 0.5
    assert found.sd == pytest.approx(pooled)
    assert found.df == 5
    assert found.upper == pytest.approx(sd_upper_limit(pooled, 5))
    assert sd_of_change(0.4, 0.68) == pytest.approx(0.32)


def test_numbers_without_sense_are_refused() -> None:
    """Lost: a plan would stand on NaN."""
    with pytest.raises(TableError, match="correlation=1"):
        sd_of_change(1.0, 1.0)
    with pytest.raises(TableError, match="df=0"):
        sd_upper_limit(1.0, 0)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"a": np.array([1.0])}, "at most one subject"),
        ({}, "at most one subject"),
        ({"a": np.array([2.1, 2.1, 2.1])}, "equal"),
        ({"a": np.array([2.0, np.nan])}, "not numbers"),
    ],
)
def test_studies_without_an_sd_are_refused(values: dict[str, np.ndarray], says: str) -> None:
    """Lost: an SD of 0 or NaN would plan a study of two subjects."""
    with pytest.raises(TableError, match=says):
        sd_of_study(values)


def test_what_the_baseline_leaves_is_ancova_s_residual_sd() -> None:
    """Lost: the next trial would be planned with an SD that its own test does not have."""
    table = trial(n=9, visits=("D0", "D28"))
    wide = table.pivot(index=["subject_id", "arm"], columns="visit", values="score").reset_index()
    before, after = (
        {arm: rows[visit].to_numpy() for arm, rows in wide.groupby("arm")}
        for visit in ("D0", "D28")
    )
    left = sd_after_baseline(sd_of_study(after), correlation_of_study(before, after))
    fit = ancova(wide["D28"], wide["D0"], list(wide["arm"]))
    assert left.sd == pytest.approx(fit.residual_sd)
    assert left.df == fit.df
    assert left.upper == pytest.approx(sd_upper_limit(fit.residual_sd, fit.df))


def test_a_correlation_is_of_the_same_subjects() -> None:
    """Lost: subjects who left would be paired with others."""
    few, many = {"a": np.array([1.0, 2.0])}, {"a": np.array([1.0, 2.0, 4.0])}
    with pytest.raises(TableError, match="same subjects"):
        correlation_of_study(few, many)
    with pytest.raises(TableError, match="equal"):
        correlation_of_study(many, {"a": np.ones(3)})
    with pytest.raises(TableError, match="leaves no spread"):
        sd_after_baseline(sd_of_study(many), correlation_of_study(many, many))
    with pytest.raises(TableError, match="leaves no spread"):
        sd_after_baseline(sd_of_study(few), 0.5)
