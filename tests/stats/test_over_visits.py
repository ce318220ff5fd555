"""Designs over visits, as ``compare`` answers them: arms, one group, sides of a face."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dermdash.errors import TableError
from dermdash.stats.ancova import ancova
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.findings import Contrast
from dermdash.stats.plan import Plan
from dermdash.stats.visits import rm_anova
from dermdash.stats.within import holm
from tests.support.scores import trial

FIVE = ("D0", "D7", "D28", "D56", "D84")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")
VISITS = Plan("score", within="visit", subject="subject_id")
SIDES = Plan("score", between="arm", subject="subject_id", control="placebo")


def halves(table: pd.DataFrame) -> pd.DataFrame:
    """A trial whose arms are the two sides of the same subjects."""
    return table.assign(subject_id=table["subject_id"].str[1:])


def three_arms(*, missing: int = 0) -> pd.DataFrame:
    """Arms ``high``, ``low`` and ``placebo``, the placebo first in the table."""
    more = trial(n=10, effect=0.9, seed=5)
    more = more[more["arm"] == "active"].assign(arm="high")
    more["subject_id"] = "h" + more["subject_id"]
    table = trial(n=11, missing=missing).replace({"arm": {"active": "low"}})
    return pd.concat([table, more], ignore_index=True)


def without(table: pd.DataFrame, arm: str, visit: str, *, but: int = 0) -> pd.DataFrame:
    """The table without a visit of an arm, but for some of its subjects."""
    cell = table.index[(table["arm"] == arm) & (table["visit"] == visit)]
    return table.drop(index=cell[but:])


def by_ancova(table: pd.DataFrame, visit: str) -> Contrast:
    """active − placebo at a visit, of whoever was seen."""
    wide = table.pivot(index=["arm", "subject_id"], columns="visit", values="score")
    wide = wide[["D0", visit]].dropna()
    arm = wide.index.get_level_values("arm").tolist()
    return ancova(wide[visit], wide["D0"], arm, pairs=[("active", "placebo")]).contrasts[0]


TABLES = {
    "two visits": (trial(visits=("D0", "D28")).query("arm == 'active'"), VISITS),
    "three visits": (trial().query("arm == 'active'"), VISITS),
    "changes": (trial(visits=("D0", "D28")), BOTH),
    "changes, complete": (three_arms(), BOTH),
    "changes, missing": (three_arms(missing=2), BOTH),
    "sides": (halves(trial()).query("visit == 'D28'"), SIDES),
    "side changes": (halves(trial()), BOTH),
}


@pytest.mark.parametrize("design", TABLES)
def test_alpha_sets_every_interval_and_no_p(design: str) -> None:
    """Lost: intervals of 95 % under the name of another level, of differences or effects."""
    table, plan = TABLES[design]
    found = compare(table, plan)
    wide = compare(table, replace(plan, alpha=0.01))

    def everything(result: Comparison) -> list[Contrast]:
        return [*result.contrasts, *(c for a in result.alternatives for c in a.contrasts)]

    for at_95, at_99 in zip(everything(found), everything(wide), strict=True):
        assert at_99.p == at_95.p
        if at_95.df is None:
            assert at_99.ci_low < at_95.ci_low
            assert at_99.ci_high > at_95.ci_high
        else:
            ratio = (at_99.ci_high - at_99.ci_low) / (at_95.ci_high - at_95.ci_low)
            assert ratio == pytest.approx(
                stats.t.isf(0.005, at_95.df) / stats.t.isf(0.025, at_95.df)
            )
            assert at_99.effect is not None
            assert at_95.effect is not None
            assert at_99.effect.level == 0.99
            assert at_99.effect.ci_low < at_95.effect.ci_low
            assert at_99.effect.ci_high > at_95.effect.ci_high
    for one, other in zip(found.within_arm, wide.within_arm, strict=True):
        n = one.change.n
        ratio = (other.change.ci_high - other.change.mean) / (one.change.ci_high - one.change.mean)
        assert ratio == pytest.approx(stats.t.isf(0.005, n - 1) / stats.t.isf(0.025, n - 1))


@pytest.mark.parametrize("design", TABLES)
def test_each_difference_has_an_effect_of_its_sign(design: str) -> None:
    """Lost: a difference that nobody can hold against another score's."""
    for one in compare(*TABLES[design]).contrasts:
        assert one.effect is not None
        assert np.sign(one.effect.value) == np.sign(one.difference)
        assert one.effect.ci_low < one.effect.value < one.effect.ci_high


def test_arms_are_contrasted_with_the_control_in_every_analysis() -> None:
    """Lost: the sign of a result, or comparisons that nobody asked for and that cost power."""
    for missing in (0, 2):
        found = compare(three_arms(missing=missing), BOTH)
        asked = {("low", "placebo"), ("high", "placebo")}
        assert found.contrasts[0].method == ("mmrm" if missing else "ancova")
        assert {(c.a, c.b) for c in found.contrasts} == asked
        assert all(c.difference > 0 for c in found.contrasts)
        for other in found.alternatives:
            if other.contrasts:
                assert {(c.a, c.b) for c in other.contrasts} == asked
                assert [c.visit for c in other.contrasts] == ["D28", "D28", "D56", "D56"]
                assert all(c.difference > 0 for c in other.contrasts)
    free = compare(three_arms(), Plan("score", "arm", "visit", "subject_id"))
    pairs = [("placebo", "low"), ("placebo", "high"), ("low", "high")]
    assert [(c.a, c.b) for c in free.contrasts] == pairs * 2
    assert [c.p_adjusted for c in free.contrasts[:3]] == pytest.approx(
        holm([c.p for c in free.contrasts[:3]])
    )


def test_within_arm_changes_follow_the_arms_not_the_names_of_subjects() -> None:
    """Lost: rows of a table in another order than its differences and colours."""
    table = trial()
    table["subject_id"] = table["subject_id"].str.replace("a", "z")
    found = compare(table, BOTH)
    assert found.arms == ("active", "placebo")
    assert [w.change.arm for w in found.within_arm] == ["active", "placebo"] * 2


def test_only_tests_of_the_whole_question_are_held_against_it() -> None:
    """Lost: the finding of all visits would be called fragile by the test of one."""
    complete, missing = compare(three_arms(), BOTH), compare(three_arms(missing=2), BOTH)
    assert {a.test.test for a in complete.alternatives if a.omnibus} == {"mmrm"}
    assert {a.test.test for a in missing.alternatives if a.omnibus} == {"mixed_anova"}


def test_checks_are_of_the_last_visit() -> None:
    """Lost: slopes and residuals of another visit than the one that is read."""
    table = trial()
    wide = table.pivot(index=["arm", "subject_id"], columns="visit", values="score")
    arm = wide.index.get_level_values("arm").tolist()
    last = ancova(wide["D56"], wide["D0"], arm)
    slopes, _, normal = compare(table, BOTH).checks
    assert last.equal_slopes is not None
    assert slopes.p == pytest.approx(last.equal_slopes.p)
    assert normal.statistic == pytest.approx(stats.shapiro(last.residuals).statistic)


def test_a_visit_that_an_arm_does_not_have_is_left_out_and_said() -> None:
    """Lost: a trial that stopped one arm early would give no result at all."""
    table = trial(visits=FIVE)
    stopped = without(table, "active", "D84")
    found = compare(stopped, BOTH)
    assert [c.visit for c in found.contrasts] == ["D7", "D28", "D56"]
    assert {c.method for c in found.contrasts} == {"ancova"}
    assert found.contrasts[-1].p == pytest.approx(by_ancova(table, "D56").p)
    assert found.n["active"]["D84"] == 0
    told = " ".join(found.warnings)
    assert "The mixed model is left out: arm 'active' has no value at visit 'D84'" in told
    assert "ANCOVA at D84 leaves out arm 'active': none of its subjects were seen there." in told
    assert "no two arms to compare have 2 subjects each at D84" in told
    assert "mixed ANOVA of complete subjects is left out" in told
    assert found.omnibus.test == "ancova"
    assert found.omnibus.p == pytest.approx(found.contrasts[-1].p)
    assert found.sentence.startswith("At D56, ")


def test_the_other_arms_are_compared_where_one_has_left() -> None:
    """Lost: low − placebo at the last visit, because the high dose was stopped before."""
    found = compare(without(three_arms(), "high", "D56", but=1), BOTH)
    ours = {(c.a, c.visit) for c in found.alternatives[0].contrasts}
    assert ours == {("low", "D28"), ("high", "D28"), ("low", "D56")}
    assert any("out arm 'high': 1 of its subjects was seen there" in w for w in found.warnings)
    assert len(found.checks) == 3


def test_a_visit_where_nothing_varies_costs_that_visit_only() -> None:
    """Lost: all visits, by one that was filled in with a constant."""
    table = trial(visits=FIVE)
    spoilt = table.assign(score=table["score"].where(table["visit"] != "D28", 2.0))
    found = compare(spoilt, BOTH)
    assert [c.visit for c in found.contrasts] == ["D7", "D56", "D84"]
    assert found.contrasts[-1].p == pytest.approx(by_ancova(table, "D84").p)
    assert any("ANCOVA at D28 is left out" in warning for warning in found.warnings)
    all_spoilt = table.assign(score=table["score"].where(table["visit"] == "D0", 2.0))
    with pytest.raises(TableError, match="lie exactly on parallel lines"):
        compare(all_spoilt, BOTH)


def test_too_few_for_the_mixed_model_are_compared_visit_by_visit() -> None:
    """Lost: a result where nobody of an arm was seen at every visit, or a silent change of test."""
    rng = np.random.default_rng(3)
    table = trial(visits=FIVE, n=4)
    later = table["visit"] != "D0"
    number = table["subject_id"].str[1:].astype(int)
    gone = later & (table["visit"].map(FIVE.index) == number + 1)
    table = table[~gone].sample(frac=1, random_state=rng.integers(99))
    found = compare(table, BOTH)
    assert {c.method for c in found.contrasts} == {"ancova"}
    assert [c.visit for c in found.contrasts] == list(FIVE[1:])
    told = " ".join(found.warnings)
    assert "The mixed model is left out: " in told
    assert "mixed ANOVA of complete subjects is left out" in told
    assert "only subjects seen at the baseline and at the visit are analysed" in found.estimand


def test_whoever_lacks_a_visit_is_left_out_of_repeated_measures() -> None:
    """Lost: invented scores; the mean change of others than the sentence says."""
    table = trial().query("arm == 'active'").reset_index(drop=True)
    lost = table.drop(index=[1, 5])  # a D28 and a D56
    found, complete = compare(lost, VISITS), compare(table[6:], VISITS)
    assert found.n == dict.fromkeys(("D0", "D28", "D56"), 10)
    assert found.contrasts == complete.contrasts
    assert found.warnings == ("2 of 12 subjects lack a value at a visit and are left out: a0, a1.",)
    ranked = found.alternatives[0].contrasts
    assert [(c.a, c.b) for c in ranked] == [("D28", "D0"), ("D56", "D0"), ("D56", "D28")]
    assert [c.p_adjusted for c in ranked] == pytest.approx(holm([c.p for c in ranked]))


def test_normality_of_two_visits_is_that_of_the_differences() -> None:
    """Lost: the check of the paired t test, which needs no normal scores."""
    table, plan = TABLES["two visits"]
    wide = table.pivot(index="subject_id", columns="visit", values="score")
    (check,) = compare(table, plan).checks
    assert check.p == pytest.approx(stats.shapiro(wide["D28"] - wide["D0"]).pvalue)


def test_sides_are_treated_minus_control() -> None:
    """Lost: the sign of a hemi-face study."""
    table = halves(trial(effect=0.6))
    wide = table.pivot(index="subject_id", columns=["arm", "visit"], values="score")
    one = compare(table.query("visit == 'D56'"), SIDES).contrasts[0]
    apart = wide["active"] - wide["placebo"]
    assert (one.a, one.b) == ("active", "placebo")
    assert one.difference == pytest.approx(apart["D56"].mean())
    found = compare(table, BOTH)
    changes = [apart[visit] - apart["D0"] for visit in ("D28", "D56")]
    assert [c.difference for c in found.contrasts] == pytest.approx([c.mean() for c in changes])
    p = [stats.ttest_1samp(change, 0).pvalue for change in changes]
    assert [c.p_adjusted for c in found.contrasts] == pytest.approx(holm(p))
    assert found.omnibus == rm_anova(apart[["D0", "D28", "D56"]].to_numpy())
    means = {(w.change.arm, w.visit): w.change.mean for w in found.within_arm}
    rise = wide["active"]["D56"] - wide["active"]["D0"]
    assert means["active", "D56"] == pytest.approx(rise.mean())


def test_a_subject_without_a_side_is_left_out_and_counted() -> None:
    """Lost: half a face would be compared with another's."""
    table = halves(trial())
    found = compare(table.drop(index=[1, 40]), BOTH)
    assert found.n["active"]["D56"] == found.n["placebo"]["D0"] == 10
    assert found.warnings == ("2 of 12 subjects lack a side or a visit and are left out.",)


def test_the_spread_that_is_told_is_that_of_the_changes() -> None:
    """Lost: Welch's test of the changes, where one arm responds unevenly."""
    table = trial(n=15, seed=4)
    number = table["subject_id"].str[1:].astype(int)
    later = (table["arm"] == "active") & (table["visit"] == "D56")
    uneven = table.assign(score=table["score"] + later * (number - 7) * 0.3)
    assert any("Welch's t tests of the changes" in w for w in compare(uneven, BOTH).warnings)
    level = (table["arm"] == "active") * (number - 7) * 2.0
    apart = compare(table.assign(score=table["score"] + level), BOTH)
    assert not any("Welch" in warning for warning in apart.warnings)
