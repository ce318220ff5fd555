"""Arms of several studies: the additive model, what blocks cannot tell apart, tests beside it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.arm_pairs import tukey_hsd
from dermdash.stats.arms import anova
from dermdash.stats.blocks import arm_by_block, two_way, two_way_anova, two_way_holm, two_way_tukey
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from dermdash.stats.strata import strata_of
from tests.support.pooled import SCORES

PLAN = Plan("score", between="arm", subject="subject_id", block="study")


def fitted(table: pd.DataFrame):  # type: ignore[no-untyped-def]
    return two_way(table["score"], list(table["arm"]), list(table["study"]))


def one(found: Comparison, a: str, b: str):  # type: ignore[no-untyped-def]
    (contrast,) = [c for c in found.contrasts if (c.a, c.b) == (a, b)]
    return contrast


def two_studies(values: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """(study, arm) -> scores, as a tidy table."""
    return pd.DataFrame(
        [
            {"study": study, "arm": arm, "subject_id": f"{study} {arm} {n}", "score": value}
            for (study, arm), scores in values.items()
            for n, value in enumerate(scores)
        ]
    )


def test_the_example_of_r() -> None:
    """Lost: agreement with R's documented ``TukeyHSD(aov(breaks ~ wool + tension), "tension")``."""
    # datasets::warpbreaks, as scipy's tests have it
    breaks = {
        ("A", "L"): [26, 30, 54, 25, 70, 52, 51, 26, 67],
        ("A", "M"): [18, 21, 29, 17, 12, 18, 35, 30, 36],
        ("A", "H"): [36, 21, 24, 18, 10, 43, 28, 15, 26],
        ("B", "L"): [27, 14, 29, 19, 29, 31, 41, 20, 44],
        ("B", "M"): [42, 26, 19, 16, 39, 28, 21, 39, 29],
        ("B", "H"): [20, 21, 24, 17, 13, 15, 15, 16, 28],
    }
    found = compare(two_studies(breaks), PLAN)  # type: ignore[arg-type]
    assert found.omnibus.statistic == pytest.approx(7.53665, abs=5e-6)
    assert (found.omnibus.df, found.omnibus.p) == ((2, 50), pytest.approx(0.0013778, abs=5e-8))
    for a, b, difference, low, high, p in (
        ("L", "M", 10.0, 0.646579273156, 19.3534207268, 0.033626218911),
        ("L", "H", 14.72222222222, 5.368801495379, 24.0756429491, 0.001121787717),
        ("M", "H", 4.72222222222, -4.631198504621, 14.0756429491, 0.447421021431),
    ):
        contrast = one(found, a, b)
        assert contrast.difference == pytest.approx(difference, abs=1e-10)
        assert (contrast.ci_low, contrast.ci_high) == pytest.approx((low, high), abs=1e-5)
        assert contrast.p_adjusted == pytest.approx(p, abs=1e-8)
    # anova(lm(breaks ~ tension + wool), lm(breaks ~ tension * wool)): F = 4.18907, p = .021044
    assert (found.checks[0].statistic, found.checks[0].p) == pytest.approx(
        (4.18907, 0.021044), abs=5e-6
    )
    assert "Differences between arms are not alike in all studies" in found.warnings[0]


def test_unbalanced_studies_as_r_has_them() -> None:
    """Lost: the pooled difference, wherever a study is larger or lacks an arm.

    R 4.2: ``m <- lm(score ~ arm + study)``, ``car::Anova(m)``,
    ``summary(pairs(emmeans::emmeans(m, "arm")), infer = TRUE)``.
    """
    found = compare(SCORES, PLAN)
    assert found.omnibus.statistic == pytest.approx(13.37727, abs=5e-6)
    assert (found.omnibus.df, found.omnibus.p) == ((2, 40), pytest.approx(3.5611e-5, rel=1e-5))
    for a, b, difference, low, high, t, p in (
        ("pl", "A", -0.3801162, -0.7125501, -0.0476823, -2.783, 0.0218),
        ("pl", "B", -0.6476310, -0.9652042, -0.3300578, -4.964, 0.0000),
        ("A", "B", -0.2675148, -0.6579314, 0.1229018, -1.668, 0.2300),
    ):
        contrast = one(found, a, b)
        assert contrast.difference == pytest.approx(difference, abs=5e-8)
        assert (contrast.ci_low, contrast.ci_high) == pytest.approx((low, high), abs=2e-7)
        assert contrast.statistic == pytest.approx(t, abs=5e-4)
        assert contrast.p_adjusted == pytest.approx(p, abs=5e-5)
        assert contrast.note is None
    assert found.n == {"pl": 19, "A": 11, "B": 15}
    assert "(s1 15, s2 18, s3 12)" in found.estimand
    assert found.checks[0].statistic == pytest.approx(0.25848, abs=5e-6)


def test_a_control_is_compared_by_holm() -> None:
    """Lost: R's ``contrast(emmeans(m, "arm"), "trt.vs.ctrl", adjust = "holm")``."""
    fit = fitted(SCORES)
    first, second = two_way_holm(fit, control="pl")
    assert (first.a, first.b, first.p_adjusted) == ("A", "pl", pytest.approx(0.0082, abs=5e-5))
    assert first.difference == pytest.approx(0.3801162, abs=5e-8)
    assert second.p_adjusted == pytest.approx(2 * second.p)
    # confint(contrast(...), adjust = "none")
    assert (first.ci_low, first.ci_high) == pytest.approx((0.1040700422, 0.6561623522))
    assert (second.ci_low, second.ci_high) == pytest.approx((0.3839248883, 0.9113370835))
    assert first.standard_error == pytest.approx(0.1365837991)
    with pytest.raises(TableError, match="is no arm"):
        two_way_holm(fit, control="nobody")


def test_what_differs_between_studies_is_not_taken_for_the_arms() -> None:
    """Lost: a study with a brighter device and more placebo would turn the result round."""
    table = SCORES.copy()
    table["score"] += table["study"].map({"s1": 0.0, "s2": 40.0, "s3": -7.0})
    for before, after in zip(
        compare(SCORES, PLAN).contrasts, compare(table, PLAN).contrasts, strict=True
    ):
        assert after.difference == pytest.approx(before.difference)
        assert after.p_adjusted == pytest.approx(before.p_adjusted)


def test_arms_in_separate_studies_are_confounded() -> None:
    """Lost: the difference between two devices would be sold as that of two products."""
    table = SCORES.assign(study=SCORES["arm"].map({"pl": "s1", "A": "s2", "B": "s2"}))
    found = compare(table, PLAN)
    notes = {(c.a, c.b): c.note for c in found.contrasts}
    assert notes == {
        ("pl", "A"): "confounded with study",
        ("pl", "B"): "confounded with study",
        ("A", "B"): None,
    }
    assert found.sentence.startswith("The data do not settle whether score differs: A − B is −0.29")
    assert found.sentence.endswith("2 other differences are confounded with study.")
    assert found.warnings[0].startswith("Confounded with study: pl − A; pl − B. No study links")
    assert "cannot be told from it" in found.warnings[0]
    assert found.to_json()["contrasts"][0]["note"] == "confounded with study"


def test_a_confounded_difference_is_that_of_the_two_mixes_of_studies() -> None:
    """Lost: arms that nothing links would differ by how their studies were numbered.

    pl and A share s1 and s2 and are adjusted to the mix of these; B stands alone in s3.
    """
    kept = SCORES[(SCORES["arm"] != "B") & (SCORES["study"] != "s3")]
    alone = SCORES[(SCORES["arm"] == "B") & (SCORES["study"] == "s3")]
    design = pd.get_dummies(kept["arm"]).join(pd.get_dummies(kept["study"])["s2"]).astype(float)
    (a, pl, s2), *_ = np.linalg.lstsq(design.to_numpy(), kept["score"].to_numpy(), rcond=None)
    share = (kept["study"] == "s2").mean()
    for order in (pd.concat([kept, alone]), pd.concat([alone, kept[::-1]])):
        fit = fitted(order)
        assert fit.difference("pl", "B")[0] == pytest.approx(
            pl + share * s2 - alone["score"].mean()
        )
        assert fit.difference("A", "B")[0] == pytest.approx(a + share * s2 - alone["score"].mean())


def test_uneven_spread_within_studies_is_told() -> None:
    """Lost: a plan without equal SDs would be answered as if it had them, in silence."""
    even = SCORES[SCORES["arm"] != "A"]
    assert not [w for w in compare(even, PLAN).warnings if "tandard deviations" in w]
    planned = compare(even, replace(PLAN, equal_variances=False))
    assert planned.warnings[-1] == (
        "The two-way ANOVA takes standard deviations for equal; as planned, read Welch's test "
        "within each study."
    )
    wide = SCORES.assign(score=SCORES["score"].where(SCORES["arm"] != "B", lambda s: 4 * s))
    (told,) = [w for w in compare(wide, PLAN).warnings if w.startswith("Standard deviations")]
    assert told.startswith("Standard deviations differ (B ")
    assert told.endswith("): read Welch's test within each study.")


def test_where_each_arm_has_its_own_study_nothing_is_pooled() -> None:
    """Lost: the confounded comparison would have other numbers than the plain one."""
    table = SCORES.assign(study=SCORES["arm"])
    groups = {arm: rows["score"].to_numpy() for arm, rows in SCORES.groupby("arm", sort=False)}
    found = compare(table, PLAN)
    assert all(c.note == "confounded with study" for c in found.contrasts)
    assert "This difference is confounded with study." in found.sentence
    assert found.omnibus.statistic == pytest.approx(anova(groups).statistic)
    for ours, theirs in zip(found.contrasts, tukey_hsd(groups), strict=True):
        assert (ours.difference, ours.ci_low, ours.p_adjusted) == pytest.approx(
            (theirs.difference, theirs.ci_low, theirs.p_adjusted)
        )
    assert found.alternatives == ()


def test_arms_that_only_a_third_links_are_said_to_be_indirect() -> None:
    """Lost: a comparison over placebo would pass for one within a study."""
    table = SCORES[(SCORES["study"] != "s2")]
    found = compare(table, PLAN)
    assert one(found, "A", "B").note is None
    assert found.warnings[0].startswith("Indirect: A − B. No study holds both arms")


def test_one_study_is_compared_as_ever() -> None:
    """Lost: the published ANOVA, whenever a block is named and one study is left."""
    table = SCORES[SCORES["study"] == "s2"]
    found = compare(table, PLAN)
    assert found.omnibus.test == "anova"
    assert found.contrasts[0].method == "tukey_hsd"


@given(st.permutations(range(len(SCORES))), st.floats(-5, 5))
@settings(max_examples=20, deadline=None)
def test_order_and_origin_move_nothing(order: list[int], shift: float) -> None:
    """Lost: the result would hang on the order of the rows."""
    moved = SCORES.iloc[order].assign(score=lambda rows: rows["score"] + shift)
    found, known = two_way_anova(fitted(moved)), two_way_anova(fitted(SCORES))
    assert (found.statistic, found.p) == pytest.approx((known.statistic, known.p), rel=1e-8)
    by_pair = {frozenset((c.a, c.b)): c.p_adjusted for c in two_way_tukey(fitted(SCORES))}
    for contrast in two_way_tukey(fitted(moved)):
        assert contrast.p_adjusted == pytest.approx(
            by_pair[frozenset((contrast.a, contrast.b))], rel=1e-7
        )


def test_false_positives_stay_at_the_level() -> None:
    """Lost: pooled studies would find differences where there are none."""
    rng = np.random.default_rng(8)
    arm = ["a"] * 6 + ["b"] * 9 + ["a"] * 10 + ["c"] * 5 + ["b"] * 6 + ["c"] * 8
    study = ["x"] * 15 + ["y"] * 15 + ["z"] * 14
    offset = np.array([{"x": 0.0, "y": 1.0, "z": -0.5}[name] for name in study])
    p = [
        two_way_anova(two_way(offset + rng.normal(0, 0.35, len(arm)), arm, study)).p
        for _ in range(600)
    ]
    assert 0.03 <= np.mean(np.array(p) < 0.05) <= 0.075  # 3 binomial errors


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (SCORES[SCORES["arm"] == "pl"], "one arm, 'pl'"),
        (SCORES[(SCORES["arm"] != "A") | (SCORES.index == 8)], "arm 'A' has 1 subject"),
        (SCORES.assign(score=2.0), "are equal; a test needs values that vary"),
        (SCORES.replace({"subject_id": {"s1 pl 0": "s2 pl 0"}}), "stands in 2 values"),
    ],
)
def test_what_cannot_be_pooled_is_refused(table: pd.DataFrame, why: str) -> None:
    """Lost: a silent NaN, or one subject counted in two studies."""
    with pytest.raises(TableError, match=why):
        compare(table, PLAN)


def test_what_blocks_cannot_be() -> None:
    """Lost: visits, or a plan without arms, would be pooled without a model for it."""
    for wrong in ({"within": "visit", "between": "arm"}, {"within": "visit"}):
        with pytest.raises(TableError, match="pools arms at one visit"):
            Plan("score", subject="subject_id", block="study", **wrong)  # type: ignore[arg-type]
    with pytest.raises(TableError, match="leave nothing to judge"):
        two_way([1.0, 2.0, 3.0], ["a", "b", "b"], ["x", "x", "y"])
    with pytest.raises(TableError, match="no block has both"):
        strata_of([1.0, 2.0], ["a", "b"], ["x", "y"], ("a", "b"))
    plan = Plan("score", between="arm", block="study")
    assert Plan.from_json(plan.to_json()) == plan
    values = plan.to_json()
    del values["block"]
    assert Plan.from_json(values).block is None


def test_a_cell_of_one_subject_leaves_welch_out_aloud() -> None:
    """Lost: a variance of one value would be NaN."""
    lone = SCORES[(SCORES["study"] != "s2") | (SCORES["arm"] != "A")]
    more = SCORES[(SCORES["study"] == "s2") & (SCORES["arm"] == "A")].iloc[:1]
    found = compare(pd.concat([lone, more]), PLAN)
    assert any(
        w.startswith("Welch's test within each study is left out: a block has 1")
        for w in found.warnings
    )
    assert [a.test.test for a in found.alternatives] == ["van_elteren"]


def test_equal_slopes_of_cells_are_not_asked_for_in_vain() -> None:
    """Lost: an F of nothing where each study adds one arm only."""
    table = SCORES.assign(study=SCORES["arm"])
    assert arm_by_block(fitted(table)) is None
