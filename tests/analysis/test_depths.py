"""From profiles to the depths at which they differ."""

import numpy as np
import pytest

from dermdash.analysis.depths import arms_along_depth, changes_along_depth
from dermdash.errors import TableError
from dermdash.reporting.depths import depth_sentence, depth_table, subslab_table
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from tests.support.profiles import tidy_profiles

SCORE = "expected_grade"


def compared(profiles: object, *, control: str | None = None) -> Comparison:
    """The comparison over visits of the same scores."""
    table = profiles.groupby(["subject_id", "arm", "visit"], as_index=False)[[SCORE]].mean()  # type: ignore[attr-defined]
    several = table["arm"].nunique() > 1
    plan = Plan(
        SCORE,
        between="arm" if several else None,
        within="visit",
        subject="subject_id",
        control=control,
    )
    return compare(table, plan)


def test_arms_differ_where_one_was_raised() -> None:
    """Lost: a product that works in the upper dermis would be said to work elsewhere."""
    profiles = tidy_profiles({"placebo": 0.0, "active": 1.2})
    found = arms_along_depth(profiles, SCORE, ["active", "placebo"], control="placebo")
    (contrast,) = found.depthwise.contrasts
    assert (contrast.a, contrast.b) == ("active", "placebo")
    marked = found.depthwise.depth_um[contrast.p_adjusted < 0.05]
    assert set(range(12, 29)) <= set(marked.tolist())
    assert not set(marked.tolist()) & set(range(36, 70))
    assert "active − placebo differs from 0 at" in depth_sentence(contrast, found.depthwise)
    assert len(depth_table(found.depthwise)) == 70
    slabs = subslab_table(found.subslabs, "active", "placebo")
    assert slabs["Depth (µm)"].tolist() == ["0 to 19", "20 to 39", "40 to 69"]


def test_changes_of_arms_differ_where_one_rose() -> None:
    """Lost: what differed at the baseline would be taken for a change."""
    profiles = tidy_profiles({"active": 1.2, "placebo": 0.0}, visits=("D0", "D28", "D56"))
    found = changes_along_depth(profiles, SCORE, compared(profiles, control="placebo"))
    (contrast,) = found.depthwise.contrasts
    assert found.visit == "D56"
    assert contrast.p_adjusted[20] < 0.05
    assert contrast.difference[20] == pytest.approx(1.2, abs=0.4)
    assert (contrast.p_adjusted[40:] > 0.05).all()


def test_one_arm_is_compared_with_its_own_baseline() -> None:
    """Lost: visits of the same subjects would be compared as strangers."""
    profiles = tidy_profiles({"active": 1.2}, visits=("D0", "D28"))
    found = changes_along_depth(profiles, SCORE, compared(profiles))
    (contrast,) = found.depthwise.contrasts
    assert (contrast.a, contrast.b) == ("D28", "D0")
    assert contrast.p_adjusted[20] < 0.05


def test_sides_are_compared_within_a_face() -> None:
    """Lost: the two sides of one face would be taken for two people."""
    profiles = tidy_profiles({"active": 1.2, "placebo": 0.0}, visits=("D0", "D28"))
    profiles["subject_id"] = profiles["subject_id"].str.split().str[1]
    comparison = compared(profiles, control="placebo")
    assert comparison.design == "sides x visits"
    found = changes_along_depth(profiles, SCORE, comparison)
    (contrast,) = found.depthwise.contrasts
    assert (contrast.a, contrast.b, found.visit) == ("active", "placebo", "D28")
    assert np.isfinite(contrast.band_low).all()


def test_too_few_subjects_are_refused() -> None:
    """Lost: two subjects an arm would be given a p along depth."""
    profiles = tidy_profiles({"a": 0.0, "b": 1.0}, n=2)
    with pytest.raises(TableError):
        arms_along_depth(profiles, SCORE, ["a", "b"])
