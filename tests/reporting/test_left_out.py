"""What a result stands without, in words that pages and reports share."""

import pandas as pd
import pytest

from dermdash.analysis.cohorts import cohort_of
from dermdash.analysis.filters import Between
from dermdash.reporting.left_out import excluded_by_arm, missing_words, scan_words
from tests.support.drawings import Numbers

NOBODY = pd.DataFrame({"subject_id": [], "arm": [], "reason": []})


def scans(*states: str) -> pd.DataFrame:
    """Scans in these states, of arms a and b in turn."""
    arms = ["ab"[place % 2] for place in range(len(states))]
    return pd.DataFrame({"arm": arms, "state": states, "visit": "D0", "site": "cheek"})


def test_nothing_is_said_where_nothing_is_left_out() -> None:
    assert scan_words(scans("graded", "graded"), NOBODY) == []


@pytest.mark.parametrize(("n_studies", "whole"), [(1, "the study"), (2, "the studies")])
def test_what_is_pending_and_excluded_is_counted_by_arm(n_studies: int, whole: str) -> None:
    """Lost: half of a study would be read as all of it."""
    outside = pd.DataFrame({"subject_id": ["S1"], "arm": ["b"], "reason": ["withdrew"]})
    said = scan_words(
        scans("queued", "excluded", "excluded", "graded", "no DEJ"),
        outside,
        n_studies=n_studies,
        population="per_protocol",
    )
    assert said == [
        f"2 of 5 scans of {whole} are not graded: this is an interim look",
        "2 scans are excluded (a 1, b 1)",
        "1 subject outside the per-protocol set (b 1)",
    ]


def test_who_does_not_cover_the_depths_is_told_by_arm() -> None:
    """Lost: a score over fewer layers would count, or its subject vanish."""
    layers = Numbers().layers
    short = layers[~((layers["subject_id"] == "y0") & (layers["depth_um"] > 60))]
    cohort = cohort_of(short, arms=["young", "gone"])
    assert missing_words(cohort, {}, ["S", "Other"]) == [
        "1 subject of young missing: 0 to 69 µm not covered",
        "nobody of Other is among these",
    ]


def test_excluded_scans_are_those_that_would_have_counted() -> None:
    """Lost: exclusions at another visit, or of other people, would be charged to this result."""
    table = scans("excluded", "excluded", "graded").assign(
        study="S", subject_id=["1", "2", "3"], visit=["D0", "D28", "D0"]
    )
    people = pd.DataFrame({"study": "S", "subject_id": ["1", "2", "3"], "age": [30, 50, 40]})
    every = {"arms": ["a", "b"], "site": None}
    assert excluded_by_arm(table, people, visit=None, covariates=None, **every).tolist() == [1, 1]
    assert excluded_by_arm(table, people, visit="D0", covariates=None, **every).tolist() == [1, 0]
    old = {"age": Between(45, 60)}
    assert excluded_by_arm(table, people, visit=None, covariates=old, **every).tolist() == [0, 1]
