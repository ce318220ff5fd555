"""``compare``: the door through which every p-value of the product comes."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial, with_moments

ARMS = Plan("score", between="arm", subject="subject_id")
VISITS = Plan("score", within="visit", subject="subject_id")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")


def contrast(found: Comparison, a: str, b: str, visit: str | None = None) -> tuple[float, float]:
    """Difference and adjusted p of a contrast."""
    (one,) = [c for c in found.contrasts if (c.a, c.b, c.visit) == (a, b, visit)]
    return one.difference, one.p_adjusted


def test_the_papers_groups() -> None:
    """Lost: the published result, which users will check first (Breugnot 2023, 3.3)."""
    found = compare(paper(), ARMS)
    assert found.design == "arms"
    assert found.n == {"young": 12, "old": 12, "old exposed": 12}
    assert found.omnibus.test == "anova"
    assert found.omnibus.statistic == pytest.approx(29.578, abs=5e-4)
    assert found.omnibus.df == (2, 33)
    assert found.omnibus.p == pytest.approx(4.37e-8, rel=5e-3)
    assert contrast(found, "young", "old") == pytest.approx((0.73, 4.58e-5), rel=2e-3)
    assert contrast(found, "young", "old exposed") == pytest.approx((1.09, 3.29e-8), rel=2e-3)
    assert contrast(found, "old", "old exposed") == pytest.approx((0.36, 0.0458), rel=2e-3)
    third = found.contrasts[2]
    assert (third.ci_low, third.ci_high) == pytest.approx((0.006, 0.714), abs=5e-4)
    assert found.effects[0].value == pytest.approx(0.642, abs=5e-4)


def test_a_control_is_compared_by_dunnett() -> None:
    """Lost: all pairs would be paid for where only treatment − control is asked."""
    found = compare(paper(), Plan("score", between="arm", control="young"))
    assert [(c.a, c.b, c.method) for c in found.contrasts] == [
        ("old", "young", "dunnett"),
        ("old exposed", "young", "dunnett"),
    ]
    assert found.contrasts[0].difference == pytest.approx(-0.73)


def test_the_tests_beside_a_control_compare_with_it_alone() -> None:
    """Lost: Dunn's p would pay for pairs that nobody asked for, and fragile be what is not.

    R 4.2: ``p.adjust`` by Holm of the two z; Dunn 1964.
    """
    found = compare(paper(), Plan("score", between="arm", control="young"))
    for alternative in found.alternatives:
        assert [(c.a, c.b) for c in alternative.contrasts] == [
            ("old", "young"),
            ("old exposed", "young"),
        ]
    ranks = found.alternatives[1].contrasts
    assert [c.p_adjusted for c in ranks] == pytest.approx([1.58822401e-3, 1.72074275e-6])


def test_every_interval_has_the_plans_level() -> None:
    """Lost: intervals of 95 % would stand beside a test at another level.

    R 4.2: ``TukeyHSD(conf.level = .9)``, ``confint(glht(Dunnett), level = .9)`` and
    ``wilcox.test(young, old, conf.int = TRUE, conf.level = .9)``.
    """
    found = compare(paper(), Plan("score", between="arm", alpha=0.1))
    third = found.contrasts[2]
    assert (third.ci_low, third.ci_high) == pytest.approx((0.0529881923, 0.6670118), abs=2e-6)
    against = compare(paper(), Plan("score", between="arm", alpha=0.1, control="young"))
    first = against.contrasts[0]
    assert (first.ci_low, first.ci_high) == pytest.approx((-1.016249, -0.443751), abs=2e-4)
    ranks = found.alternatives[1].contrasts[0]
    assert (ranks.ci_low, ranks.ci_high) == pytest.approx((0.423691543, 0.935083591))
    usual = compare(paper(), Plan("score", between="arm"))
    for ours, theirs in zip(found.alternatives, usual.alternatives, strict=True):
        for one, other in zip(ours.contrasts, theirs.contrasts, strict=True):
            assert other.ci_low < one.ci_low < one.ci_high < other.ci_high
    for one in (*found.contrasts, *against.contrasts):
        assert one.effect is not None
        assert one.effect.level == 0.9
    two = compare(paper()[lambda t: t["arm"] != "old"], Plan("score", between="arm", alpha=0.1))
    assert {e.name: e.level for e in two.effects} == {
        "eta_squared": 0.9,
        "omega_squared": 0.9,
        "probability_of_superiority": 0.9,
    }
    for name in ("welch_t_test", "mann_whitney"):
        (beside,) = [a.contrasts[0] for a in two.alternatives if a.test.test == name]
        assert (beside.p < 0.1) == (beside.ci_low > 0 or beside.ci_high < 0)


def test_tests_that_cannot_be_computed_are_not_recommended() -> None:
    """Lost: "read Welch's test" would stand above "Welch's test is left out"."""
    table = pd.DataFrame({"arm": [*"aaabbbccc"], "score": [1, 1, 1, 2, 3, 4, 2, 5, 9]})
    for equal in (True, False):
        found = compare(table, Plan("score", between="arm", equal_variances=equal))
        assert found.omnibus.test == "anova"
        said = " ".join(found.warnings)
        assert "Welch's test is left out" in said
        assert "read Kruskal and Wallis' test and Dunn's" in said
        assert "read Welch" not in said


def test_half_of_the_subjects_on_both_sides_is_a_hemi_face_study() -> None:
    """Lost: a slip in one arm would make pairs, or lost sides make two groups of strangers."""
    rows = [
        (f"s{n}", side, 2 + 0.1 * n + 0.03 * n * n * (side == "l"))
        for n in range(4)
        for side in "lr"
    ]
    rows += [(f"t{n}", "l", 2.0 + n) for n in range(4)]
    table = pd.DataFrame(rows, columns=["subject_id", "arm", "score"])
    assert compare(table, ARMS).design == "sides"
    more = pd.DataFrame([("u", "r", 2.0)], columns=table.columns)
    with pytest.raises(TableError, match="s0 is in l and r; a subject belongs to one arm"):
        compare(pd.concat([table, more]), ARMS)


def test_unequal_spreads_are_told() -> None:
    """Lost: ANOVA's false positives, twice as many as promised, would go unseen."""
    groups = {"a": (2.0, 0.2), "b": (2.1, 0.2), "c": (2.2, 0.8)}
    table = pd.concat(
        pd.DataFrame({"arm": arm, "score": with_moments(*moments, 12)})
        for arm, moments in groups.items()
    )
    found = compare(table, Plan("score", between="arm"))
    assert any("read Welch's ANOVA and Games-Howell" in warning for warning in found.warnings)
    planned = compare(table, Plan("score", between="arm", equal_variances=False))
    assert (planned.omnibus.test, planned.contrasts[0].method) == ("welch_anova", "games_howell")
    assert planned.alternatives[0].test.test == "anova"


def test_unequal_spreads_of_changes_are_told() -> None:
    """Lost: ANCOVA's false positives, 13 in 100 studies, would go unseen."""
    table = trial(n=12)
    later = (table["arm"] == "active") & (table["visit"] == "D56")
    spread = with_moments(2.5, 1.5, 12)
    table.loc[later, "score"] = spread
    found = compare(table, BOTH)
    assert any("read Welch's t tests of the changes" in warning for warning in found.warnings)
    assert not [w for w in compare(trial(), BOTH).warnings if "Welch" in w]


def test_two_visits_are_paired() -> None:
    """Lost: Student's sleep data, paired by design, would be tested as two groups (R: sleep)."""
    hours = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    hours += [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    table = pd.DataFrame(
        {"subject_id": [*range(10)] * 2, "visit": ["D0"] * 10 + ["D1"] * 10, "score": hours}
    )
    found = compare(table, VISITS)
    (one,) = found.contrasts
    assert found.omnibus.test == "paired_t_test"
    assert (one.a, one.b) == ("D1", "D0")
    assert one.statistic == pytest.approx(4.0621, abs=5e-5)
    assert one.p == pytest.approx(0.002833, abs=5e-7)
    assert (one.ci_low, one.ci_high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.alternatives[0].test.test == "wilcoxon_signed_rank"
    assert found.sentence.startswith("Mean score rose by 1.58 from D0 to D1 (95 % CI 0.70 to 2.46")


def test_visits_follow_their_days() -> None:
    """Lost: Y10 would be taken for the baseline of Y8 and Y12, and every sign be wrong."""
    table = trial(visits=("Y8", "Y10", "Y12"), effect=1.0).sample(frac=1, random_state=0)
    found = compare(table[table["arm"] == "active"], VISITS)
    assert [(c.a, c.b) for c in found.contrasts] == [("Y10", "Y8"), ("Y12", "Y8"), ("Y12", "Y10")]
    assert found.omnibus.test == "rm_anova"
    assert found.omnibus.p_gg is not None
    both = compare(table, BOTH)
    assert [c.visit for c in both.contrasts] == ["Y10", "Y12"]


def test_arms_over_complete_visits() -> None:
    """Lost: the primary of a trial would be a within-arm change, or a plain difference."""
    found = compare(trial(), BOTH)
    assert found.design == "arms x visits"
    assert found.omnibus.test == "mixed_anova"
    assert [(c.a, c.b, c.visit, c.method) for c in found.contrasts] == [
        ("active", "placebo", "D28", "ancova"),
        ("active", "placebo", "D56", "ancova"),
    ]
    assert {a.test.test for a in found.alternatives} == {"mmrm", "welch_t_test"}
    assert found.n["active"] == {"D0": 12, "D28": 12, "D56": 12}
    assert {(w.visit, w.change.arm) for w in found.within_arm} == {
        (visit, arm) for visit in ("D28", "D56") for arm in ("active", "placebo")
    }
    assert found.sentence.startswith("At D56, baseline-adjusted mean score was")


def test_missing_visits_call_for_the_mixed_model() -> None:
    """Lost: whoever missed a visit would be dropped, and with her what she showed before."""
    found = compare(trial(missing=3), BOTH)
    assert found.omnibus.test == "mmrm"
    assert {c.method for c in found.contrasts} == {"mmrm"}
    assert found.n["placebo"] == {"D0": 12, "D28": 12, "D56": 9}
    assert "missing at random" in found.estimand
    assert {a.test.test for a in found.alternatives} == {"ancova", "mixed_anova", "welch_t_test"}


def test_sides_of_a_face_are_paired() -> None:
    """Lost: a hemi-face study would be tested as two groups of strangers."""
    table = trial(visits=("D0", "D28"))
    table["subject_id"] = table["subject_id"].str[1:]
    one = compare(table[table["visit"] == "D28"], Plan("score", "arm", subject="subject_id"))
    assert (one.design, one.omnibus.test, one.n) == (
        "sides",
        "paired_t_test",
        {"active": 12, "placebo": 12},
    )
    over = compare(table, BOTH)
    assert over.design == "sides x visits"
    assert [(c.a, c.b, c.visit, c.method) for c in over.contrasts] == [
        ("active", "placebo", "D28", "paired_t_test")
    ]


@pytest.mark.parametrize("visits", [2, 3, 10])
def test_every_number_is_finite_or_said_to_be_missing(visits: int) -> None:
    """Lost: NaN would be printed as if it were a result."""
    names = tuple(f"D{day}" for day in range(0, 7 * visits, 7))
    for table in (trial(visits=names, n=20), trial(visits=names, n=20, missing=2)):
        found = compare(table, BOTH).to_json()
        text = json.dumps(found, allow_nan=False)
        assert "NaN" not in text
        assert all(math.isfinite(c["p"]) for c in found["contrasts"])


def test_two_arms_are_also_told_as_a_chance() -> None:
    """Lost: how often a subject of one arm beats one of the other, which people understand."""
    table = paper()[lambda t: t["arm"] != "old exposed"]
    effects = {effect.name: effect for effect in compare(table, ARMS).effects}
    chance = effects["probability_of_superiority"]
    young, old = (table["score"][table["arm"] == arm].to_numpy() for arm in ("young", "old"))
    assert chance.value == pytest.approx(np.mean(young[:, None] > old[None]))
    assert chance.ci_low > 0.5


def test_three_against_twenty() -> None:
    """Lost: a very uneven study would fail instead of being read with care."""
    table = pd.concat(
        [
            pd.DataFrame({"arm": "few", "score": with_moments(2, 0.3, 3)}),
            pd.DataFrame({"arm": "many", "score": with_moments(2.5, 0.3, 20)}),
        ]
    )
    found = compare(table, Plan("score", between="arm"))
    assert found.n == {"few": 3, "many": 20}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50))
def test_order_and_level_do_not_matter(seed: int, shift: float) -> None:
    """Lost: sorting the table, or another zero of the scale, would change a p-value."""
    table = paper()
    shuffled = table.sample(frac=1, random_state=seed)
    moved = compare(shuffled.assign(score=shuffled["score"] + shift), ARMS)
    found = compare(table, ARMS)
    assert moved.omnibus.p == pytest.approx(found.omnibus.p, rel=1e-6)
    ours = {frozenset((c.a, c.b)): c.p_adjusted for c in found.contrasts}
    theirs = {frozenset((c.a, c.b)): c.p_adjusted for c in moved.contrasts}
    assert ours == pytest.approx(theirs, rel=1e-5)


def test_swapping_arms_flips_signs() -> None:
    """Lost: the direction of an effect would hang on the order of the rows."""
    table = paper()[lambda t: t["arm"] != "old exposed"]
    ahead, back = compare(table, ARMS), compare(table[::-1], ARMS)
    assert ahead.contrasts[0].difference == pytest.approx(-back.contrasts[0].difference)
    assert ahead.contrasts[0].p == pytest.approx(back.contrasts[0].p)
    assert (ahead.contrasts[0].a, ahead.contrasts[0].b) == ("young", "old")
