"""From profiles to the depths at which they differ."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.depths import arms_along_depth, changes_along_depth
from dermdash.errors import TableError
from dermdash.reporting.depths import cluster_sentence, depth_sentence, depth_table, subslab_table
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


def pooled(*, shift: float) -> pd.DataFrame:
    """Two studies with the same codes; the second lies higher, and has more of the active arm."""
    first = tidy_profiles({"placebo": 0.0, "active": 0.0}, n=8, seed=1)
    second = tidy_profiles({"placebo": 0.0, "active": 0.0}, n=8, seed=2)
    second = second[~second["subject_id"].isin([f"placebo {n}" for n in range(5)])]
    second = second.assign(expected_grade=second[SCORE] + shift)
    return pd.concat([first.assign(study="Alps"), second.assign(study="Jura")], ignore_index=True)


def test_pooled_studies_are_compared_within_each() -> None:
    """Lost: no depths for pooled studies, or what differs between studies taken for the arms'."""
    far, near = (
        arms_along_depth(pooled(shift=shift), SCORE, ["active", "placebo"], control="placebo")
        for shift in (30.0, 0.0)
    )
    (contrast,) = far.depthwise.contrasts
    assert far.depthwise.n_subjects == {"active": 16, "placebo": 11}
    assert contrast.p_adjusted.min() > 0.05
    assert contrast.p_adjusted == pytest.approx(near.depthwise.contrasts[0].p_adjusted)
    assert "random rearrangements of the subjects within their study" in depth_sentence(
        contrast, far.depthwise
    )
    assert [slab.contrast.method for slab in far.subslabs] == ["stratified_welch"] * 3
    assert far.subslabs[0].contrast.p == pytest.approx(near.subslabs[0].contrast.p)


def test_one_study_is_as_without_its_name() -> None:
    """Lost: a study's p along depth would change once its name stands in the table."""
    profiles = tidy_profiles({"placebo": 0.0, "active": 0.3})
    named = profiles.assign(study="Alps")
    plain, found = (
        arms_along_depth(own, SCORE, ["active", "placebo"]) for own in (profiles, named)
    )
    for name in ("p_adjusted", "band_low", "statistic", "p_fdr"):
        one, other = (getattr(x.depthwise.contrasts[0], name) for x in (plain, found))
        assert one.tolist() == other.tolist()
    assert plain.subslabs == found.subslabs


def test_sides_at_one_visit_are_compared_within_a_face() -> None:
    """Lost: on Cohorts the two sides of one face would be two people, and differences unseen."""
    profiles = tidy_profiles({"placebo": 0.0, "active": 0.0}, n=8)
    profiles["subject_id"] = profiles["subject_id"].str.split().str[1]
    placebo = profiles[profiles["arm"] == "placebo"].set_index(["subject_id", "depth_um"])[SCORE]
    active = profiles["arm"] == "active"
    places = pd.MultiIndex.from_frame(profiles.loc[active, ["subject_id", "depth_um"]])
    noise = np.random.default_rng(1).normal(0.1, 0.05, active.sum())
    profiles.loc[active, SCORE] = placebo.loc[places].to_numpy() + noise
    found = arms_along_depth(profiles, SCORE, ["placebo", "active"], control="placebo", alpha=0.1)
    (contrast,) = found.depthwise.contrasts
    assert (contrast.a, contrast.b) == ("active", "placebo")
    assert found.depthwise.n_subjects == {"active − placebo": 8}
    assert found.depthwise.n_arrangements == 256
    assert (contrast.p_adjusted < 0.1).mean() > 0.7
    assert [slab.contrast.method for slab in found.subslabs] == ["paired_t_test"] * 3
    assert "256 possible flips of the signs" in depth_sentence(contrast, found.depthwise)
    lone = profiles[~(active & profiles["subject_id"].isin(["0", "1", "2"]))]
    fewer = arms_along_depth(lone, SCORE, ["placebo", "active"])
    assert fewer.depthwise.n_subjects == {"placebo − active": 5}
    strangers = profiles[~(active & profiles["subject_id"].isin(["0", "1", "2", "3", "4"]))]
    with pytest.raises(TableError, match="3 of 8 subjects are in several arms"):
        arms_along_depth(strangers, SCORE, ["placebo", "active"])
    three = pd.concat([profiles, profiles[active].assign(arm="cream")])
    with pytest.raises(TableError, match="3 sides are given"):
        arms_along_depth(three, SCORE, ["placebo", "active", "cream"])


def test_changes_over_some_depths_have_their_own_sub_slabs() -> None:
    """Lost: a score over 0 to 49 µm would be refused along depth for want of 40 to 69, or its
    40 to 49 µm be called 40 to 69."""
    profiles = tidy_profiles({"active": 1.2, "placebo": 0.0}, visits=("D0", "D28"))
    profiles = profiles[profiles["depth_um"] < 50]
    found = changes_along_depth(profiles, SCORE, compared(profiles, control="placebo"))
    assert found.depthwise.depth_um.size == 50
    assert [(slab.start_um, slab.stop_um) for slab in found.subslabs] == [(0, 20), (20, 40)]
    deeper = tidy_profiles({"active": 1.2, "placebo": 0.0}, visits=("D0", "D28"))
    deeper = deeper[deeper["depth_um"] >= 10]
    found = changes_along_depth(deeper, SCORE, compared(deeper, control="placebo"))
    assert [slab.start_um for slab in found.subslabs] == [20, 40]
    within = changes_along_depth(
        profiles[profiles["arm"] == "active"],
        SCORE,
        compared(profiles[profiles["arm"] == "active"]),
    )
    assert len(within.subslabs) == 2


def test_a_sub_slab_that_nobody_has_leaves_the_depths() -> None:
    """Lost: a few scans that end early would hide all depths."""
    profiles = tidy_profiles({"a": 0.0, "b": 0.5}, n=4)
    short = profiles["subject_id"].isin(["a 0", "a 1", "a 2"]) & (profiles["depth_um"] > 60)
    found = arms_along_depth(profiles[~short], SCORE, ["a", "b"])
    assert found.depthwise.depth_um.tolist() == list(range(61))
    assert [slab.start_um for slab in found.subslabs] == [0, 20]
    assert "sub-slab 40 to 69 µm is not compared: a has 1 subjects" in found.warnings[-1]
    assert len(found.warnings) == len(found.depthwise.warnings) + 1


def test_the_plan_s_alpha_holds_along_depth() -> None:
    """Lost: a plan at 1 % would mark depths at 5 %."""
    profiles = tidy_profiles({"active": 0.35, "placebo": 0.0}, visits=("D0", "D28"), n=8)
    table = profiles.groupby(["subject_id", "arm", "visit"], as_index=False)[[SCORE]].mean()
    plan = Plan(SCORE, between="arm", within="visit", subject="subject_id", alpha=0.01)
    strict = changes_along_depth(profiles, SCORE, compare(table, plan))
    assert strict.depthwise.alpha == 0.01
    assert strict.subslabs[0].contrast.ci_high - strict.subslabs[0].contrast.ci_low > 0
    (contrast,) = strict.depthwise.contrasts
    assert "held at 1 %" in depth_sentence(contrast, strict.depthwise)
    usual = changes_along_depth(profiles, SCORE, compared(profiles))
    wider = contrast.band_high - contrast.band_low
    narrow = usual.depthwise.contrasts[0].band_high - usual.depthwise.contrasts[0].band_low
    assert (wider > narrow).all()
    few = cluster_sentence(contrast, replace(strict.depthwise, alpha=1e-9))
    assert "rate: 0 of 70 depths" in few
    assert "rate: 70 of 70 depths" in cluster_sentence(
        contrast, replace(strict.depthwise, alpha=1.1)
    )
