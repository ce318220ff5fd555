"""A site that was scanned twice weighs no more than one that was scanned once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.analysis.cohorts import cohort_of
from dermdash.analysis.comparisons import score_cells
from dermdash.stats.places import mean_by
from tests.support.trials import SCORE, profiles_of


def replicated() -> pd.DataFrame:
    """S1 scanned twice on the left (2.0, 3.0) and once on the right (4.0)."""
    scans = [("S1", "active", "D0", score) for score in (2.0, 4.0, 3.0)]
    layers = profiles_of(scans, sites=("left", "right"))
    return layers.assign(expected_grade=layers[SCORE], grade_mean=layers[SCORE])


def test_replicates_are_averaged_before_sites() -> None:
    """The side that happened to be repeated would decide the subject's score."""
    layers = replicated()
    scored = score_cells(layers, SCORE).table
    assert scored[SCORE].tolist() == [pytest.approx(3.25)]
    assert scored["n_scans"].tolist() == [3]
    cohort = cohort_of(layers, arms=["active"])
    assert cohort.subjects[SCORE].tolist() == [pytest.approx(3.25)]
    assert cohort.subjects["n_scans"].tolist() == [3]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(1, 4)), min_size=1, max_size=12))
def test_one_scan_a_place_is_the_plain_mean(scans: list[tuple[str, float]]) -> None:
    """Studies without replicates would change their results."""
    table = pd.DataFrame(scans, columns=["subject_id", "score"])
    table["site"] = [str(place) for place in range(len(table))]
    found = mean_by(table, ["subject_id"], ["score"])["score"]
    expected = table.groupby("subject_id")["score"].mean()
    np.testing.assert_allclose(found, expected)
    plain = mean_by(table.drop(columns="site"), ["subject_id"], ["score"])["score"]
    np.testing.assert_allclose(plain, expected)
