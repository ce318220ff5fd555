"""How well scores repeat, from whatever a study repeats."""

import numpy as np
import pytest

from dermdash.analysis.repeats import repeats_of
from dermdash.errors import TableError
from dermdash.stats.repeatability import repeatability
from tests.support.trials import SCORE, changing, profiles_of, study_of

COHORTS = study_of("cohorts", arms=("young", "old"), control=None, visits=("D0",))
TRIAL = study_of()

Scans = list[tuple[str, str, str, float]]


def twice(*, n: int = 6, error: float = 0.1, arm: str = "young", seed: int = 0) -> Scans:
    """Two scans of each subject in one place."""
    rng = np.random.default_rng(seed)
    return [
        (f"{arm}{n}", arm, "D0", level + rng.normal(0, error))
        for n, level in enumerate(rng.normal(2.2, 0.4, n))
        for _ in range(2)
    ]


def test_replicates_of_one_arm_are_the_one_way_model() -> None:
    """Lost: the error of a score would not be that of the textbook."""
    scans = twice()
    found = repeats_of(COHORTS, profiles_of(scans), SCORE)
    known = repeatability([score for *_, score in scans], [subject for subject, *_ in scans])
    assert found.found.method == "anova"
    assert found.found.sem.value == pytest.approx(known.sem.value)
    assert found.found.icc.value == pytest.approx(known.icc.value)
    assert found.basis == "scans repeated at the same site at D0"
    assert (found.found.n_subjects, found.found.n_scans) == (6, 12)


def test_the_mean_of_two_scans_repeats_better_than_one() -> None:
    """Lost: a study that scans twice would be told that it sees no more than one that does not."""
    found = repeats_of(COHORTS, profiles_of(twice()), SCORE)
    assert found.scans_a_visit == 2
    assert found.sdc.value == pytest.approx(found.found.sdc.value / 2**0.5)
    assert found.sdc.ci_low < found.sdc.value < found.sdc.ci_high


def test_arms_do_not_count_as_error_nor_as_subjects() -> None:
    """Lost: young and old skin apart would flatter the ICC."""
    young = twice(arm="young")
    old = [(s.replace("young", "old"), "old", v, score - 1.5) for s, _, v, score in young]
    together = repeats_of(COHORTS, profiles_of(young + old), SCORE)
    alone = repeats_of(COHORTS, profiles_of(young), SCORE)
    assert together.found.sem.value == pytest.approx(alone.found.sem.value, rel=1e-6)
    assert together.found.n_subjects == 12


def test_known_variances_come_back() -> None:
    """Lost: the smallest detectable change would be some other number."""
    found = repeats_of(COHORTS, profiles_of(twice(n=300, error=0.15)), SCORE)
    assert found.found.sem.value == pytest.approx(0.15, rel=0.1)
    assert found.found.sem.ci_low < 0.15 < found.found.sem.ci_high
    assert found.found.sdc.value == pytest.approx(1.96 * 2**0.5 * found.found.sem.value, rel=1e-3)


def test_in_a_trial_only_the_control_arm_repeats_over_visits() -> None:
    """Lost: what the product did would count as measurement error, and hide it."""
    rng = np.random.default_rng(2)
    quiet = {"placebo": rng.normal(0, 0.1, 10).tolist()}
    scans = changing({**quiet, "active": (2.0 + rng.normal(0, 0.9, 10)).tolist()})
    found = repeats_of(TRIAL, profiles_of(scans), SCORE)
    alone = repeats_of(TRIAL, profiles_of(changing(quiet)), SCORE)
    assert found.basis == "visits of placebo, the control"
    assert found.found.over == "visits"
    assert found.sdc.value == pytest.approx(alone.sdc.value)
    assert found.sdc.value == pytest.approx(1.96 * np.std(quiet["placebo"], ddof=1), rel=1e-4)


def test_a_drift_of_the_control_is_no_error() -> None:
    """Lost: a change of season would make every subject's score look unsteady."""
    rng = np.random.default_rng(2)
    changes = rng.normal(0, 0.1, 10)
    still = repeats_of(TRIAL, profiles_of(changing({"placebo": changes.tolist()})), SCORE)
    drift = repeats_of(TRIAL, profiles_of(changing({"placebo": (changes + 1).tolist()})), SCORE)
    assert drift.sdc.value == pytest.approx(still.sdc.value)


def test_two_scans_a_visit_are_averaged_before_visits_are_compared() -> None:
    """Lost: the change that a subject's mean can show would be taken for that of one scan."""
    rng = np.random.default_rng(5)
    scans: Scans = []
    for n in range(40):
        level = rng.normal(2.2, 0.3)
        for visit in ("D0", "D28"):
            scans += [(f"P{n}", "placebo", visit, level + rng.normal(0, 0.2)) for _ in range(2)]
    found = repeats_of(TRIAL, profiles_of(scans), SCORE)
    assert found.found.sem.value == pytest.approx(0.2, rel=0.2)
    assert found.sdc.value == pytest.approx(1.96 * 0.2, rel=0.25)
    assert {part.source for part in found.found.components} == {"subject", "visit", "replicate"}


def test_sites_stand_in_where_nothing_else_repeats() -> None:
    """Lost: a study of two cheeks would be told nothing, or told it without the caveat."""
    found = repeats_of(COHORTS, profiles_of(twice(), sites=("left", "right")), SCORE)
    assert found.basis == "sites of a subject at D0"
    assert found.found.over == "sites"
    assert "the error holds the difference of sites" in found.found.warnings[0]


@pytest.mark.parametrize("study", [COHORTS, TRIAL])
def test_a_study_without_repeats_says_what_to_scan(study) -> None:  # type: ignore[no-untyped-def]
    """Lost: nobody would know how to learn what a score's error is."""
    scans = [(f"S{n}", study.arms[-1].name, "D0", 2 + n / 10) for n in range(5)]
    with pytest.raises(TableError, match=r"scanned twice.*scan ten subjects or more twice") as why:
        repeats_of(study, profiles_of(scans), SCORE)
    assert "replicate 2" in str(why.value)


def test_a_trial_without_control_uses_replicates_of_one_visit() -> None:
    """Lost: treated visits would be taken for repeats."""
    study = study_of(arms=("active",), control=None)
    scans = changing({"active": [0.5, 0.6, 0.4, 0.7]})
    with pytest.raises(TableError, match="scan ten subjects"):
        repeats_of(study, profiles_of(scans), SCORE)
    rng = np.random.default_rng(1)
    again = [(s, a, v, score + rng.normal(0, 0.05)) for s, a, v, score in scans if v == "D0"]
    found = repeats_of(study, profiles_of(scans + again), SCORE)
    assert found.basis == "scans repeated at the same site at D0"
    assert found.found.over == "replicates"


def test_a_file_stored_twice_is_no_repeat() -> None:
    """Lost: an error of 0 would make any change detectable."""
    scans = [(f"S{n}", "young", "D0", 2 + n / 10) for n in range(5) for _ in range(2)]
    with pytest.raises(TableError, match="no file was stored twice"):
        repeats_of(COHORTS, profiles_of(scans), SCORE)


def test_short_scans_and_no_scans_do_not_count() -> None:
    """Lost: a score over 40 µm would be compared with one over 70."""
    scans = twice()
    short = {place: range(-10, 40) for place in range(1, len(scans), 2)}
    with pytest.raises(TableError, match="scanned twice"):
        repeats_of(COHORTS, profiles_of(scans, depths=short), SCORE)
    with pytest.raises(TableError, match="scanned twice"):
        repeats_of(COHORTS, profiles_of(scans)[:0], SCORE)
