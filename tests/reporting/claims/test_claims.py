"""A claim is offered where data, plan and model carry it, and withheld for each single reason.

Lost otherwise: a sentence on a pack that no study supports, with a number that looks sure.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from benchmarks.claims import KINDS, offered
from dermdash.analysis.answers import answer_changes
from dermdash.reporting.cards.claims import claim_table
from dermdash.reporting.claims.claims import claims_from, claims_of, without_curve
from dermdash.reporting.claims.findings import Claims
from dermdash.reporting.claims.gates import never
from dermdash.reporting.claims.ground import Conduct, Ground
from dermdash.stats.comparison import compare
from tests.support.claims import DEMONSTRATION, TWO, ground_of, plan_of, quick, scans_of
from tests.support.trials import study_of


@cache
def offered_of(kind: str) -> Claims:
    sides = kind == "hemi_face"
    study = study_of(kind, visits=TWO, sites=("left", "right") if sides else ("cheek",))  # type: ignore[arg-type]
    scans = scans_of({"placebo": 0.0, "active": 0.8}, visits=TWO, sides=sides)
    return claims_from(quick(study=study, scans=scans))


def first_reasons(claims: Claims) -> list[str]:
    """Why something is withheld, without what is withheld of every study."""
    return [one.why for one in claims.withheld[: -len(never("expected_grade"))]]


@pytest.mark.parametrize("kind", ["before_after", "hemi_face"])
def test_a_clear_planned_effect_is_offered_in_points_and_in_subjects(kind: str) -> None:
    mean, share = offered_of(kind).offered
    assert (mean.kind, share.kind) == ("mean change", "share of subjects")
    assert mean.ci_low < 0.8 < mean.ci_high
    assert mean.status == "planned, primary"
    assert "+0." in mean.text
    assert "points against placebo on the scale from 1 to 4 (95 % CI " in mean.text
    assert re.search(
        r"\d+ of 16 subjects \(\d+ %, exact 95 % CI \d+ to \d+ %\) improved", share.text
    )
    assert "improved by at least 0.50 points in expected grade under active, against" in share.text
    assert mean.n == share.n == (16, 16)
    assert not mean.fragile
    assert not share.fragile


def test_the_numbers_are_those_of_the_comparison() -> None:
    """Lost: the claim's file and the result's page would disagree."""
    ground = quick()
    stored = ground.evidence.plan
    assert stored is not None
    dermis = ground.evidence.layers[ground.evidence.layers["depth_um"].between(0, 69)]
    table = dermis.groupby(["subject_id", "arm", "visit"], observed=True, as_index=False)[
        ["expected_grade"]
    ].mean()
    (one,) = compare(table, stored.plan).contrasts
    mean, share = claims_from(ground).offered
    assert mean.estimate == pytest.approx(one.difference)
    assert (mean.ci_low, mean.ci_high) == pytest.approx((one.ci_low, one.ci_high))
    assert mean.p == pytest.approx(one.p_adjusted)
    wide = table.pivot(index=["subject_id", "arm"], columns="visit", values="expected_grade")
    rose = ((wide["D56"] - wide["D0"]) >= 0.5 - 1e-9).groupby("arm").agg(["sum", "size"])
    k, n = rose.loc["active"]
    exact = stats.binomtest(int(k), int(n)).proportion_ci(0.95, method="exact")
    said = f"{k} of {n} subjects ({100 * k / n:.0f} %, exact 95 % CI {100 * exact.low:.0f} to "
    assert f"{said}{100 * exact.high:.0f} %)" in share.text
    k, n = rose.loc["placebo"]
    assert f"against {k} of {n} subjects" in share.text


STUDY = study_of(visits=TWO)
PLAN = plan_of(STUDY)
FLIPS: dict[str, tuple[Callable[[], Ground], str]] = {
    "demonstration": (lambda: quick(protocol=DEMONSTRATION), "not validated on skin"),
    "no model": (lambda: quick(protocol=None), "no model is named"),
    "no plan": (lambda: quick(stored=None), "exploratory"),
    "draft": (
        lambda: quick(stored=replace(PLAN, locked_at=None, locked_by=None)),
        "is a draft, not locked",
    ),
    "late plan": (
        lambda: quick(stored=replace(PLAN, graded_before=3)),
        "was locked after 3 scans were graded",
    ),
    "open data": (lambda: _collecting(quick()), "the data are not locked"),
    "no control": (
        lambda: quick(
            study=study_of(visits=TWO, control=None), primary=("placebo", "active", "D56")
        ),
        "no arm is the control",
    ),
    "one arm": (
        lambda: quick(
            study=study_of(visits=TWO, arms=("active",), control=None),
            scans=scans_of({"active": 0.8}, visits=TWO),
            primary=("D56", "D0", ""),
        ),
        "one arm only",
    ),
    "cohorts": (
        lambda: quick(study=study_of("cohorts", visits=TWO), stored=None),
        "compares cohorts",
    ),
    "not settled": (
        lambda: quick(scans=scans_of({"placebo": 0.8, "active": 0.8}, visits=TWO, seed=1)),
        "the data do not settle it",
    ),
    "other way": (
        lambda: quick(scans=scans_of({"placebo": 0.8, "active": 0.0}, visits=TWO)),
        "it goes the other way",
    ),
    "tiny": (
        lambda: quick(scans=scans_of({"placebo": 0.0, "active": 0.8}, visits=TWO, n=9)),
        "9 subjects in an arm are too few",
    ),
    "blinded": (lambda: quick(study=replace(STUDY, blinded=True), stored=None), "is blinded"),
    "nothing graded": (lambda: _empty(quick()), "nothing can be compared yet"),
}


def _collecting(ground: Ground) -> Ground:
    study = replace(ground.evidence.study, state="collecting")
    return replace(ground, evidence=replace(ground.evidence, studies=(study,)))


def _empty(ground: Ground) -> Ground:
    return replace(ground, evidence=replace(ground.evidence, layers=ground.evidence.layers[:0]))


@pytest.mark.parametrize("flip", FLIPS)
def test_each_single_reason_withholds_all_sentences(flip: str) -> None:
    """All else is as in the study whose sentences are offered."""
    make, why = FLIPS[flip]
    claims = claims_from(make())
    assert claims.offered == ()
    assert any(why in reason for reason in first_reasons(claims)), first_reasons(claims)
    assert all(one.sentence.endswith(".") and "; " in one.sentence for one in claims.withheld)


@pytest.mark.parametrize(
    "changed", [{"population": "per_protocol"}, {"score": "grade_mean"}, {"depth_um": (0, 39)}]
)
def test_another_population_score_or_depth_than_planned_is_exploratory(
    changed: dict[str, Any],
) -> None:
    ground = quick()
    evidence = ground.evidence
    layers = evidence.layers.assign(grade_mean=evidence.layers["expected_grade"])
    asked = replace(ground.asked, **changed)
    answered = answer_changes(replace(evidence, layers=layers), asked, keeper=without_curve())
    claims = claims_of(answered, ground)
    assert claims.offered == ()
    assert "the comparison is exploratory" in first_reasons(claims)[0]


def test_a_plan_locked_while_the_arms_were_sealed_counts_though_scans_were_graded() -> None:
    """Lost: every blinded study that is graded while it runs would be refused its claims."""
    late = replace(PLAN, graded_before=30)
    claims = claims_from(quick(stored=late, conduct=Conduct(sealed_when_locked=True)))
    assert len(claims.offered) == 2


def test_synthetic_studies_show_all_and_say_so_in_each_sentence() -> None:
    study = replace(STUDY, synthetic=True)
    claims = claims_from(quick(study=study, protocol=DEMONSTRATION))
    assert len(claims.offered) == 2
    assert all(one.text.startswith("SYNTHETIC, not skin: ") for one in claims.offered)


def test_a_blinded_study_shows_no_arm_and_no_number() -> None:
    """Codes with a direction would tell who has the product."""
    study = replace(study_of(visits=TWO, arms=("A", "B"), control=None), blinded=True)
    scans = scans_of({"A": 0.0, "B": 0.8}, visits=TWO)
    ground = quick(study=study, scans=scans, stored=None)
    claims = claims_from(ground)
    assert claims.offered == claims.caveats == ()
    assert claims.standing == ""
    answered = answer_changes(ground.evidence, ground.asked, keeper=without_curve())
    assert claims_of(answered, ground) == claims  # also where somebody asked nevertheless
    said = " ".join(first_reasons(claims))
    assert not re.search(r"\d", said)
    assert not re.search(r"\b[AB]\b", said)
    assert not claim_table(claims)["offered"].any()


@pytest.mark.parametrize(("threshold", "why"), [(None, "the plan names no"), (0.1, "lies under")])
def test_shares_need_a_planned_threshold_above_the_smallest_detectable_change(
    threshold: float | None, why: str
) -> None:
    """Under it, "improved" would be said of subjects who may not have changed."""
    claims = claims_from(quick(responder_threshold=threshold))
    assert [one.kind for one in claims.offered] == ["mean change"]
    assert any(why in reason for reason in first_reasons(claims))


def test_shares_are_tested_only_after_all_planned_means() -> None:
    """Else the chance of any false sentence would grow with the number of questions."""
    scans = scans_of({"placebo": 0.0, "active": 0.8}, n=16, seed=3)
    flat = [  # at D28 nothing differs
        (who, arm, visit, score - 0.4 * (arm == "active" and visit == "D28"))
        for who, arm, visit, score in scans
    ]
    secondary = (("active", "placebo", "D28"),)
    claims = claims_from(ground_of(flat, key_secondary=secondary))
    assert [(one.kind, one.visit) for one in claims.offered] == [("mean change", "D56")]
    share = next(one for one in claims.withheld if "(active − placebo at D56)" in one.what)
    assert "tested after the means" in share.why
    alone = claims_from(ground_of(flat))
    assert ("share of subjects", "D56") in [(one.kind, one.visit) for one in alone.offered]


def test_a_key_secondary_difference_is_nothing_without_the_primary_one() -> None:
    """Its own p would do; the plan's order of tests is what keeps false sentences rare."""
    secondary = (("active", "placebo", "D28"),)
    scans = [  # at D28 the arms differ clearly, at D56 they do not
        (who, arm, visit, score - 0.8 * (arm == "active" and visit == "D56"))
        for who, arm, visit, score in scans_of({"placebo": 0.0, "active": 0.8}, seed=3)
    ]
    claims = claims_from(ground_of(scans, key_secondary=secondary))
    assert claims.offered == ()
    early = next(one for one in claims.withheld if one.what.endswith("at D28"))
    assert "the data do not settle it" in early.why
    swapped = {"primary": ("active", "placebo", "D28"), "key_secondary": ()}
    asked_early = claims_from(ground_of(scans, **swapped))  # type: ignore[arg-type]
    assert ("mean change", "D28") in [(one.kind, one.visit) for one in asked_early.offered]


def test_shares_alone_make_no_claim_where_the_mean_goes_the_other_way() -> None:
    """Most improve a little and the others lose a lot: "more improved" would hide it."""
    rng = np.random.default_rng(2)
    scans = []
    for arm, code in (("placebo", "P"), ("active", "A")):
        for number in range(60):
            baseline = rng.normal(2.2, 0.1)
            own = (0.7 if number % 5 < 3 else -3.0) if arm == "active" else 0.0
            later = baseline + own + rng.normal(0, 0.1)
            scans += [(f"{code}{number:02d}", arm, "D0", baseline)]
            scans += [(f"{code}{number:02d}", arm, "D56", later)]
    claims = claims_from(quick(scans=scans))
    assert claims.offered == ()
    assert "the difference of means that it follows is not offered" in first_reasons(claims)


def test_visits_that_the_plan_does_not_ask_about_are_exploratory() -> None:
    claims = claims_from(ground_of())
    assert {one.visit for one in claims.offered} == {"D56"}
    exploratory = [one for one in claims.withheld if "at D28" in one.what]
    assert len(exploratory) == 1
    assert "exploratory" in exploratory[0].why
    assert not re.search(r"[−+]?0\.\d\d|p [=<]", exploratory[0].sentence)


def test_a_fall_can_be_the_improvement_that_was_planned() -> None:
    """Where the plan says so, and never by looking."""
    scans = scans_of({"placebo": 0.0, "active": -0.8}, visits=TWO)
    claims = claims_from(quick(scans=scans, responder_threshold=-0.5))
    assert claims.improved == "fell"
    assert "improved, that is fell, by at least 0.50 points" in claims.offered[1].text
    assert "−0." in claims.offered[0].text


def test_what_is_known_against_a_study_is_said() -> None:
    conduct = Conduct(dejs_after_unblinding=2, reopened_after_unblinding=1, n_models=2)
    claims = claims_from(quick(conduct=conduct, alpha=0.1))
    said = " ".join(claims.caveats)
    assert "2 DEJs were given after unblinding" in said
    assert "reopened once after unblinding" in said
    assert "named 2 models in turn" in said
    assert "level is 0.1, laxer" in said
    assert "90 % CI" in claims.offered[0].text


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_products_that_do_nothing_are_rarely_said_to_do_something(kind: int) -> None:
    """A few null trials; `python -m benchmarks claims` runs 400 of each kind.

    Seeded; more than this many would come by chance once in 100,000 at a rate of 5 %.
    """
    trial = replace(KINDS[kind], missing=0.0)
    n = 6
    found = sum(offered(trial, 1000 + seed, visits=TWO) > 0 for seed in range(n))
    assert found <= stats.binom.isf(1e-5, n, 0.05)


def test_a_real_effect_is_found_by_the_same_trials() -> None:
    """Else a path that offers nothing at all would pass for a careful one."""
    trial = replace(KINDS[0], effect=0.5)
    assert np.mean([offered(trial, seed, visits=TWO) > 0 for seed in range(3)]) == 1
