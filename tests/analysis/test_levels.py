"""The numbers behind a result: subjects, scans, layers, patches."""

import pandas as pd
import pytest

from dermdash.analysis.levels import levels_behind
from dermdash.errors import TableError
from dermdash.stats.levels import Level, count_levels
from tests.support.trials import changing, compared, profiles_of, study_of

NAN = float("nan")


def test_subjects_are_the_n_and_all_else_is_within_them() -> None:
    """Lost: 2,520 patches would be taken for 2,520 people."""
    scans = [(f"{arm}{n}", arm, "D0", 2 + n / 10) for arm in ("young", "old") for n in range(3)] + [
        ("young0", "young", "D0", 2.3)
    ]
    study = study_of("cohorts", arms=("young", "old"), control=None)
    levels = levels_behind(*compared(profiles_of(scans), study))
    assert levels.whole == Level(n_subjects=6, n_scans=7, n_layers=490, n_patches=1470)
    assert levels.arms["young"] == Level(3, 4, 280, 840)
    assert list(levels.arms) == ["young", "old"]


def test_who_is_left_out_is_not_counted() -> None:
    """Lost: the numbers under a result would not be those of its test."""
    scans = changing({"placebo": [0.1, 0.0, 0.2, NAN], "active": [0.3, 0.5, 0.4]})
    scans += [("A88", "active", "D56", 2.0)]
    scored, found = compared(profiles_of(scans, depths={0: range(-10, 50)}))
    levels = levels_behind(scored, found)
    assert {arm: level.n_subjects for arm, level in levels.arms.items()} == {
        arm: max(cells.values()) for arm, cells in found.n.items() if isinstance(cells, dict)
    }
    assert levels.whole == Level(5, 10, 700, 2100)


def test_visits_of_one_arm_count_the_complete() -> None:
    """Lost: a subject seen once would count in a comparison of visits."""
    study = study_of(arms=("active",), control=None)
    levels = levels_behind(*compared(profiles_of(changing({"active": [0.1, 0.3, NAN]})), study))
    assert levels.whole == Level(2, 4, 280, 840)
    assert list(levels.arms) == ["active"]


def test_a_subject_with_two_sides_is_one_subject() -> None:
    """Lost: a face would count as two people."""
    scans = [
        (f"S{n}", arm, visit, 2 + n / 10 + (visit == "D28") * (0.1 * n + 1) * (arm == "active"))
        for n in range(4)
        for arm in ("active", "placebo")
        for visit in ("D0", "D28")
    ][:-1]
    study = study_of("hemi_face", visits=("D0", "D28"))
    scored, found = compared(profiles_of(scans), study)
    levels = levels_behind(scored, found)
    assert levels.whole == Level(3, 12, 840, 2520)
    assert levels.arms["active"].n_subjects == 3


def test_subjects_of_two_studies_may_share_a_code() -> None:
    """Lost: pooled studies would lose a person for each code that both use."""
    one = profiles_of([("S01", "a", "D0", 2.0)])
    both = pd.concat([one, one.assign(study="Other", scan_id=9)])
    assert count_levels(both, ["a"]).whole == Level(2, 2, 180, 540)


def test_layers_that_cannot_be_counted_are_refused() -> None:
    """Lost: a missing column would read as no patches."""
    with pytest.raises(TableError, match="have no column 'n_patches'"):
        count_levels(pd.DataFrame(columns=["subject_id", "scan_id", "depth_um", "arm"]), ["a"])
