"""At which delta missing scores would tip a result."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dermdash.analysis.missing import Missing, tip
from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.tipping import delta_adjusted
from tests.support.trials import changing, compared, profiles_of, study_of

NAN = float("nan")


def changes(effect: float, *, gone: dict[str, int], seed: int = 1) -> dict[str, list[float]]:
    """Twelve changes an arm; the last ``gone`` of an arm are missing."""
    rng = np.random.default_rng(seed)
    own = {"placebo": rng.normal(0, 0.2, 12), "active": rng.normal(effect, 0.2, 12)}
    for arm, n in gone.items():
        own[arm][12 - n :] = NAN
    return {arm: values.tolist() for arm, values in own.items()}


def tipped(effect: float, *, gone: dict[str, int], **how: float) -> Missing:
    scored, found = compared(profiles_of(changing(changes(effect, gone=gone))))
    return tip(scored, found, **how)  # type: ignore[arg-type]


def unadjusted(contrasts: Sequence[Contrast]) -> list[Contrast]:
    return [replace(one, p_adjusted=one.p) for one in contrasts]


def test_the_rise_of_the_treated_is_made_less() -> None:
    """Lost: withdrawals could hide that a product failed in who left."""
    missing = tipped(0.5, gone={"active": 3, "placebo": 1})
    tipping = missing.tipping
    assert (missing.shifted, missing.visit, tipping.n_imputed) == ("active", "D56", (3, 1))
    assert tipping.deltas[0] == 0
    assert tipping.deltas[1] == -0.05
    assert tipping.deltas[-1] == -1.5
    differences = [one.difference for one in tipping.contrasts]
    assert np.diff(differences) == pytest.approx(-0.05 * 3 / 12, abs=0.003)
    assert tipping.tipping_delta is not None
    at = tipping.deltas.index(tipping.tipping_delta)
    assert tipping.contrasts[at].p >= 0.05 > tipping.contrasts[at - 1].p


def test_the_planned_delta_is_the_largest_that_is_tried() -> None:
    """Lost: how bad missing scores may be assumed would be settled after looking."""
    scored, found = compared(profiles_of(changing(changes(0.5, gone={"active": 3}))))
    planned = replace(found, plan=replace(found.plan, delta=0.6))
    assert tip(scored, planned, imputations=5).tipping.deltas[-1] == -0.6


def test_it_is_the_analysis_of_the_statistics() -> None:
    """Lost: the page would say other numbers than its script."""
    own = changes(0.5, gone={"active": 2})
    scored, found = compared(profiles_of(changing(own)))
    wide = scored.table.pivot(index=["arm", "subject_id"], columns="visit", values="expected_grade")
    wide = wide.sort_index()
    known = delta_adjusted(
        wide["D56"].to_numpy(float),
        wide["D0"].to_numpy(float),
        wide.index.get_level_values("arm").astype(str).tolist(),
        [0.0, -0.5],
        a="active",
        b="placebo",
        seed=0,
    )
    ours = tip(scored, found, limit=0.5).tipping
    assert ours.contrasts[0].difference == pytest.approx(known.contrasts[0].difference)
    assert ours.contrasts[-1].p == pytest.approx(known.contrasts[-1].p)


def test_a_fall_is_moved_upwards() -> None:
    """Lost: the missing would be moved towards the finding, and nothing would ever tip."""
    missing = tipped(-0.5, gone={"active": 3})
    assert missing.tipping.deltas[-1] == 1.5
    assert missing.tipping.contrasts[0].difference < 0
    assert missing.tipping.contrasts[-1].difference > missing.tipping.contrasts[0].difference


def test_missing_controls_are_moved_where_only_they_are_missing() -> None:
    """Lost: a trial whose placebo subjects left would be called safe from it."""
    missing = tipped(0.5, gone={"placebo": 3})
    tipping = missing.tipping
    assert (missing.shifted, tipping.n_imputed) == ("placebo", (0, 3))
    assert {(one.a, one.b) for one in tipping.contrasts} == {("active", "placebo")}
    assert tipping.contrasts[0].difference == pytest.approx(0.5, abs=0.15)
    assert tipping.deltas[-1] == 1.5
    assert tipping.contrasts[-1].difference < tipping.contrasts[0].difference
    for one in tipping.contrasts:
        assert one.ci_low < one.difference < one.ci_high
        assert (one.ci_low > 0 or one.ci_high < 0) == (one.p < 0.05)


def test_the_level_is_that_of_the_comparison() -> None:
    """Lost: a finding at 1 % would be said to hold where it only holds at 5 %."""
    scored, found = compared(profiles_of(changing(changes(0.5, gone={"active": 3}))))
    strict = tip(scored, replace(found, plan=replace(found.plan, alpha=0.01))).tipping
    usual = tip(scored, found).tipping
    assert strict.contrasts[0].ci_low < usual.contrasts[0].ci_low
    assert strict.tipping_delta is not None
    assert usual.tipping_delta is not None
    assert abs(strict.tipping_delta) < abs(usual.tipping_delta)


def test_a_level_shared_with_other_arms_is_not_spent_alone() -> None:
    """Lost: a difference that the page calls not settled would be said to stand here."""
    own = changes(0.5, gone={"active": 3})
    own["herbal"] = [change + 0.1 for change in own["placebo"]]
    study = study_of(arms=("placebo", "active", "herbal"))
    scored, found = compared(profiles_of(changing(own)), study)
    missing = tip(scored, found)
    assert missing.alpha == pytest.approx(0.05 / 2)  # Holm over two differences
    alone = tip(scored, replace(found, contrasts=tuple(unadjusted(found.contrasts))))
    assert alone.alpha == 0.05
    assert missing.tipping.contrasts[0].ci_low < alone.tipping.contrasts[0].ci_low


def test_a_strong_finding_never_tips() -> None:
    """Lost: a robust result could not be told from a shaky one."""
    assert tipped(1.5, gone={"active": 1}).tipping.tipping_delta is None


def test_what_is_not_settled_cannot_tip() -> None:
    """Lost: a delta would be named that undoes nothing."""
    assert tipped(0.0, gone={"active": 2}).tipping.tipping_delta is None


def test_who_has_no_baseline_is_counted_and_not_imputed() -> None:
    """Lost: a score would be invented from nothing."""
    scans = changing(changes(0.5, gone={"active": 2}))
    scans = [scan for scan in scans if not (scan[0] == "A00" and scan[2] == "D0")]
    scored, found = compared(profiles_of(scans))
    missing = tip(scored, found)
    assert missing.n_without_baseline == 1
    assert missing.tipping.n_imputed == (2, 0)


def test_nothing_missing_is_said() -> None:
    """Lost: an empty sensitivity would look like a passed one."""
    with pytest.raises(TableError, match=r"no D56 score of active or placebo is missing"):
        tipped(0.5, gone={})


@pytest.mark.parametrize("limit", [0.0, -1.0, NAN, float("inf")])
def test_a_limit_that_is_no_worsening_is_refused(limit: float) -> None:
    """Lost: the sensitivity would run in the finding's favour."""
    with pytest.raises(TableError, match="is no worsening; give a number above 0"):
        tipped(0.5, gone={"active": 2}, limit=limit)


def test_without_arms_over_visits_it_is_not_asked() -> None:
    """Lost: one arm would be imputed against nobody."""
    study = study_of(arms=("active",), control=None)
    scored, found = compared(profiles_of(changing({"active": [0.3, 0.2, 0.4, NAN]})), study)
    with pytest.raises(TableError, match="compare two arms with a baseline"):
        tip(scored, found)


def test_the_same_seed_gives_the_same_delta() -> None:
    """Lost: a report made again would name another delta."""
    one, other = (tipped(0.5, gone={"active": 3}) for _ in range(2))
    assert one == other
