"""What speaks against a claim stands in its sentence, each other way of asking by itself.

Lost otherwise: a finding that hangs on one test, one scan or one subject would be sold as sure.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dermdash.reporting.claims.claims import claims_from
from dermdash.reporting.claims.findings import Claim, Reading
from dermdash.reporting.claims.readings import MISSING, judge
from dermdash.reporting.claims.sentences import with_doubts
from dermdash.stats.findings import Contrast
from tests.support.claims import ground_of, scans_of
from tests.support.trials import profiles_of, study_of

TWO = ("D0", "D56")
STUDY = study_of(visits=TWO)
Scans = list[tuple[str, str, str, float]]


def effect(**more: object) -> Scans:
    return scans_of({"placebo": 0.0, "active": 0.8}, visits=TWO, **more)  # type: ignore[arg-type]


def mean_of(ground: object) -> Claim:
    return claims_from(ground).offered[0]  # type: ignore[arg-type]


def reading(claim: Claim, start: str) -> Reading:
    return next(one for one in claim.readings if one.name.startswith(start))


def ground(scans: Scans, **more: object) -> object:
    return ground_of(profiles=profiles_of(scans, visits=TWO), study=STUDY, **more)  # type: ignore[arg-type]


def test_a_strong_effect_holds_in_every_way_that_can_be_asked() -> None:
    claim = mean_of(ground(effect()))
    verdicts = {one.verdict for one in claim.readings}
    assert verdicts <= {"holds", "not needed"}
    assert reading(claim, "by Welch's t test").verdict == "holds"
    assert {one.name for one in claim.readings} >= {
        "with the DEJ 5 µm higher",
        "with the DEJ 5 µm deeper",
        "in the per-protocol set",
        "with excluded scans back",
        MISSING,
    }
    assert "Fragile" not in claim.text


def test_an_effect_that_a_moved_dej_takes_away_says_so() -> None:
    """The effect lies in layers that count only with the DEJ where it is."""
    scans = effect()
    profiles = profiles_of(scans, visits=TWO)
    below = profiles["depth_um"] >= 70  # counts with the DEJ taken 5 µm deeper
    lifted = below & (profiles["arm"] == "placebo") & (profiles["visit"] == "D56")
    profiles.loc[lifted, "expected_grade"] += 0.8 * 70 / 5
    claim = claims_from(ground_of(profiles=profiles, study=STUDY)).offered[0]
    assert reading(claim, "with the DEJ 5 µm deeper").verdict == "disagrees"
    assert reading(claim, "with the DEJ 5 µm higher").verdict == "holds"
    assert claim.fragile
    assert "Fragile: it does not hold with the DEJ 5 µm deeper (" in claim.text


def test_a_margin_that_is_too_short_is_not_known() -> None:
    scans = effect()
    depths = {place: range(0, 80) for place in range(len(scans))}
    profiles = profiles_of(scans, visits=TWO, depths=depths)
    claim = claims_from(ground_of(profiles=profiles, study=STUDY)).offered[0]
    assert reading(claim, "with the DEJ 5 µm higher").verdict == "not known"
    assert "Not known: with the DEJ 5 µm higher" in claim.text


def without(scans: Scans, gone: Sequence[str]) -> Scans:
    return [scan for scan in scans if scan[0] not in gone]


def test_a_per_protocol_set_that_disagrees_is_named() -> None:
    scans = effect(n=14)
    responding = [f"A{number:02d}" for number in range(10)]
    flat = [
        (who, arm, visit, score - 0.8 * (visit == "D56" and arm == "active"))
        if who not in responding
        else (who, arm, visit, score)
        for who, arm, visit, score in scans
    ]
    theirs = profiles_of(flat, visits=TWO)
    kept = theirs[~theirs["subject_id"].isin(responding)]
    claim = mean_of(ground(flat, per_protocol=kept))
    found = reading(claim, "in the per-protocol set")
    assert found.verdict == "disagrees"
    assert "with 18 subjects instead of 28" in found.said
    assert "per-protocol set" in claim.text


def test_excluded_scans_that_would_undo_a_claim_are_brought_back() -> None:
    """Lost: whoever excludes the scans that do not fit would get a claim."""
    scans = effect(n=12)
    bad = [
        (f"A{n}", "active", visit, 2.5 - 1.8 * (visit == "D56"))
        for n in range(50, 60)
        for visit in TWO
    ]
    every = profiles_of([*scans, *bad], visits=TWO)
    kept = every[~every["subject_id"].isin([who for who, *_ in bad])]
    claim = claims_from(ground_of(profiles=kept, study=STUDY, every=every, n_excluded=20)).offered[
        0
    ]
    assert reading(claim, "with 20 excluded scans back").verdict == "disagrees"
    unknown = claims_from(ground_of(profiles=kept, study=STUDY, n_excluded=3)).offered[0]
    assert reading(unknown, "with excluded scans back").verdict == "not known"


def test_flagged_values_are_left_out_beside() -> None:
    scans = [
        (who, arm, visit, score + 3.0 * (who == "A03"))  # far from the others at both visits
        for who, arm, visit, score in effect()
    ]
    assert reading(mean_of(ground(scans)), "without 2 flagged values").verdict == "holds"
    assert reading(mean_of(ground(effect())), "without outliers").verdict == "not needed"


def test_another_way_agrees_only_below_alpha_and_in_the_same_direction() -> None:
    """Lost: a significant difference the other way round would count as support."""
    ours = Contrast("a", "b", 0.3, 0.1, 0.5, 0.004, 0.004, "ancova", 3.0, visit="D56")
    verdicts = [
        judge("otherwise", ours, theirs, 0.05).verdict
        for theirs in (
            replace(ours, p_adjusted=0.049),
            replace(ours, p_adjusted=0.05),
            replace(ours, difference=-0.3),
            None,
        )
    ]
    assert verdicts == ["holds", "disagrees", "disagrees", "not known"]


@pytest.mark.parametrize(("delta", "verdict"), [(None, "holds"), (1.5, "disagrees")])
def test_missing_scores_are_moved_as_far_as_the_plan_says(
    delta: float | None, verdict: str
) -> None:
    gone = {f"A{number:02d}" for number in range(6)}
    scans = [one for one in effect() if not (one[0] in gone and one[2] == "D56")]
    claim = mean_of(ground(scans, delta=delta, responder_threshold=None))
    found = reading(claim, MISSING)
    assert found.verdict == verdict, found
    assert "lower than expected" in found.said
    assert ("which the plan allows for" in found.said) is (delta is not None)


def test_sides_without_a_partner_are_told_and_not_imputed() -> None:
    study = study_of("hemi_face", visits=TWO, sites=("left", "right"))
    scans = scans_of({"placebo": 0.0, "active": 0.8}, visits=TWO, sides=True)
    scans = [one for one in scans if one[:3] != ("S03", "active", "D56")]
    claims = claims_from(ground_of(profiles=profiles_of(scans, visits=TWO), study=study))
    mean, share = claims.offered
    assert reading(mean, "by Wilcoxon signed-rank").verdict == "holds"
    assert reading(mean, MISSING).said.startswith("1 of 16 subjects lack")
    assert mean.n == share.n == (15, 15)
    assert "Not known: missing scores imputed (1 of 16 subjects" in mean.text


def test_missing_changes_count_as_not_improved_beside() -> None:
    gone = {f"A{number:02d}" for number in range(9)}
    scans = [one for one in effect(n=20) if not (one[0] in gone and one[2] == "D56")]
    claims = claims_from(ground(scans))  # type: ignore[arg-type]
    share = next(one for one in claims.offered if one.kind == "share of subjects")
    assert reading(share, "with missing changes as not improved").verdict == "holds"
    assert share.n == (11, 20)


def test_doubts_travel_with_the_sentence() -> None:
    """Lost: a sentence copied into a mail would leave its fragility behind."""
    readings = (
        Reading("by Welch's t test", "disagrees", "0.20, p = .061"),
        Reading("without outliers", "not known", "too few are left"),
        Reading("in the per-protocol set", "holds", "0.30, p = .010"),
    )
    text = with_doubts("It rose.", readings, synthetic=True)
    assert text == (
        "SYNTHETIC, not skin: It rose. Fragile: it does not hold by Welch's t test (0.20, "
        "p = .061). Not known: without outliers (too few are left)."
    )
    assert with_doubts("It rose.", (replace(readings[2]),), synthetic=False) == "It rose."
