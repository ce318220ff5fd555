"""What a study gives to the plan of the next one."""

from datetime import UTC, datetime
from itertools import product

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.planning import spread_of_study, visits_to_plan_from
from dermdash.errors import DermdashError, DesignError, TableError
from dermdash.stats.spread import StudySpread
from dermdash.trial.studies import Arm, Kind, Site, Study, Visit
from tests.support.scores import paper, trial

VISITS = (Visit(1, "D0", 0, True), Visit(2, "D28", 28, False), Visit(3, "D56", 56, False))


def study(kind: Kind, arms: tuple[str, ...], visits: tuple[Visit, ...] = VISITS) -> Study:
    parts = tuple(Arm(n, name, name, n == 1, "#000") for n, name in enumerate(arms, start=1))
    sites = (Site(1, "cheek", None),)
    return Study(1, "Serum", kind, "collecting", True, datetime.now(UTC), parts, visits, sites)


TRIAL = study("before_after", ("placebo", "active"))
COHORTS = study("cohorts", ("young", "old", "old exposed"), VISITS[:1])
HEMI = study("hemi_face", ("placebo", "active"))


def of(where: Study, table: pd.DataFrame, question: str, visit: str | None = None) -> StudySpread:
    return spread_of_study(where, table, "score", question, visit=visit)  # type: ignore[arg-type]


def test_groups_give_the_pooled_sd_within_arms() -> None:
    """Lost: the difference between groups would be taken for spread, or visits for subjects."""
    table = pd.concat([paper().assign(visit=visit) for visit in ("D0", "D28")])
    found = of(COHORTS, table, "pairs")
    assert found.sd.sd == pytest.approx(((0.33**2 + 0.36**2 + 0.37**2) / 3) ** 0.5)
    assert (found.sd.df, found.n_subjects, found.sd.confidence) == (33, 36, 0.8)
    assert found.sd.upper > found.sd.sd
    assert found.of == "scores within arms"
    assert visits_to_plan_from(COHORTS, "two_arms") == ()


def test_arms_at_one_visit_start_from_the_baseline() -> None:
    """Lost: an effect of the product would be in the spread."""
    table = trial()
    found = of(TRIAL, table, "two_arms")
    at_baseline = table[table["visit"] == "D0"].groupby("arm")["score"].var().mean()
    assert found.sd.sd == pytest.approx(at_baseline**0.5)
    assert found.of == "scores within arms at D0"
    assert of(TRIAL, table, "two_arms", "D28").of == "scores within arms at D28"


def test_changes_are_within_subjects_who_have_both_visits() -> None:
    """Lost: withdrawn subjects would be paired with others, or the effect would widen the SD."""
    table = trial(missing=2)
    assert visits_to_plan_from(TRIAL, "change") == ("D56", "D28")
    found = of(TRIAL, table, "paired")
    wide = table.pivot(index=["subject_id", "arm"], columns="visit", values="score").dropna()
    change = wide["D56"] - wide["D0"]
    within = change - change.groupby("arm").transform("mean")
    assert found.n_subjects == 22
    assert found.sd.df == 20
    assert found.sd.sd == pytest.approx((within.pow(2).sum() / 20) ** 0.5)
    assert found.visits == ("D0", "D56")
    centred = wide - wide.groupby("arm").transform("mean")
    assert found.correlation == pytest.approx(centred["D0"].corr(centred["D56"]))
    assert of(TRIAL, table, "change", "D28").n_subjects == 24
    adjusted = of(TRIAL, table, "change")
    arm = pd.get_dummies(wide.index.get_level_values("arm")).to_numpy(float)
    design = np.column_stack([arm, wide["D0"]])
    residual = wide["D56"] - design @ np.linalg.lstsq(design, wide["D56"], rcond=None)[0]
    assert adjusted.sd.df == 19
    assert adjusted.sd.sd == pytest.approx((residual.pow(2).sum() / 19) ** 0.5)


def test_sides_give_the_spread_of_their_difference() -> None:
    """Lost: what two sides of a face have in common would be counted as spread."""
    one = trial()
    table = one.assign(subject_id=one["subject_id"].str[1:])
    found = of(HEMI, table, "paired")
    wide = table.pivot(index="subject_id", columns=["arm", "visit"], values="score")
    change = {arm: wide[arm, "D56"] - wide[arm, "D0"] for arm in ("placebo", "active")}
    assert found.sd.sd == pytest.approx((change["placebo"] - change["active"]).std())
    assert (found.n_subjects, found.sd.df) == (12, 11)
    once = study("hemi_face", ("placebo", "active"), VISITS[:1])
    difference = wide["placebo", "D0"] - wide["active", "D0"]
    assert of(once, table, "paired").sd.sd == pytest.approx(difference.std())


@pytest.mark.parametrize(
    ("where", "question", "visit", "says"),
    [
        (COHORTS, "change", None, "no baseline with a later visit"),
        (COHORTS, "paired", None, "no baseline with a later visit"),
        (study("before_after", ("a", "b"), VISITS[:1]), "change", None, "no baseline with"),
        (HEMI, "two_arms", None, "paired designs only"),
        (HEMI, "change", None, "paired designs only"),
        (study("hemi_face", ("a", "b", "c")), "paired", None, "3 sides"),
        (TRIAL, "change", "D0", "visit 'D0'"),
        (TRIAL, "two_arms", "D99", "visit 'D99'"),
    ],
)
def test_studies_that_say_nothing_of_it_say_so(
    where: Study, question: str, visit: str | None, says: str
) -> None:
    """Lost: a plan would stand on a spread of something else."""
    with pytest.raises(DermdashError, match=says):
        of(where, trial(), question, visit)


@pytest.mark.parametrize(
    ("kind", "question", "n"),
    [*product(["before_after"], ["two_arms", "paired", "change"], [0, 1]), ("cohorts", "pairs", 1)],
)
def test_too_few_subjects_have_no_spread(kind: Kind, question: str, n: int) -> None:
    """Lost: a plan from one subject would be a NaN on the page."""
    table = trial(n=1).iloc[: 3 * n]
    with pytest.raises((TableError, DesignError)):
        of(study(kind, ("placebo", "active")), table, question)
