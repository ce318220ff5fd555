"""Who responded, counted from a study's scores."""

import numpy as np
import pytest

from dermdash.analysis.changes import scores_at
from dermdash.analysis.responders import Response, respond
from dermdash.errors import TableError
from tests.support.trials import changing, compared, profiles_of, study_of

NAN = float("nan")
CHANGES = {
    "placebo": [0.05, -0.1, 0.25, 0.0, -0.05, NAN],
    "active": [0.3, 0.2, 0.45, 0.1, 0.5, -0.02],
}


def answer(changes: dict[str, list[float]], threshold: float = 0.2, **how: object) -> Response:
    scored, found = compared(profiles_of(changing(changes)))
    return respond(scored, found, threshold, **how)  # type: ignore[arg-type]


def test_each_arm_counts_those_who_reached_the_threshold() -> None:
    """Lost: the share that a product is sold by."""
    response = answer(CHANGES)
    counts = {s.arm: (s.n_responders, s.n, s.n_missing) for s in response.found.shares}
    assert counts == {"active": (4, 6, 0), "placebo": (1, 5, 1)}
    (one,) = response.found.contrasts
    assert (one.a, one.b, one.method) == ("active", "placebo", "fisher_exact")
    assert one.difference == pytest.approx(4 / 6 - 1 / 5)
    assert (response.baseline, response.visit) == ("D0", "D56")


def test_the_changes_are_those_of_the_scores() -> None:
    """Lost: a subject's point would stand elsewhere than her scores say."""
    response = answer(CHANGES)
    of_arm = {arm: rows["change"].to_numpy(float) for arm, rows in response.changes.groupby("arm")}
    for arm, changes in CHANGES.items():
        np.testing.assert_allclose(of_arm[arm], changes, atol=1e-12)
    assert response.changes["arm"].unique().tolist() == ["active", "placebo"]


def test_a_missing_change_also_counts_as_no_response() -> None:
    """Lost: those who left would make a product look better than it is."""
    response = answer(CHANGES)
    assert response.missing_as_none is not None
    shares = {share.arm: share for share in response.missing_as_none.shares}
    assert (shares["placebo"].n_responders, shares["placebo"].n) == (1, 6)
    complete = {"placebo": [0.1, 0.3, 0.0], "active": [0.2, 0.4, 0.0]}
    assert answer(complete).missing_as_none is None


def test_a_scan_too_short_makes_its_change_missing() -> None:
    """Lost: a subject whose scan ends at 60 µm would vanish from the count."""
    scans = changing({"placebo": [0.1, 0.0, 0.2], "active": [0.4, 0.5, 0.3]})
    last = len(scans) - 1
    scored, found = compared(profiles_of(scans, depths={last: range(-10, 60)}))
    shares = {share.arm: share for share in respond(scored, found, 0.2).found.shares}
    assert (shares["active"].n, shares["active"].n_missing) == (2, 1)


@pytest.mark.parametrize(("threshold", "share"), [(-9.0, 0.0), (9.0, 0.0), (-0.001, 0.0)])
def test_nobody_responds(threshold: float, share: float) -> None:
    """Lost: an empty arm would break the page instead of standing as 0 %."""
    response = answer({"placebo": [0.1, 0.0, 0.1], "active": [0.2, 0.3, 0.25]}, threshold)
    assert [one.share for one in response.found.shares] == [share] * 2
    assert response.found.contrasts[0].p == 1
    assert response.found.contrasts[0].difference == 0


def test_everybody_responds() -> None:
    """Lost: a share of 100 % would have no interval, or a false one."""
    response = answer({"placebo": [0.3, 0.2, 0.4], "active": [0.2, 0.3, 0.25]}, 0.1)
    assert [one.share for one in response.found.shares] == [1, 1]
    assert all(one.ci_low < 1 for one in response.found.shares)
    assert response.found.contrasts[0].p == 1


def test_a_negative_threshold_counts_who_fell() -> None:
    """Lost: a harm could not be counted."""
    response = answer({"placebo": [-0.3, -0.2, 0.4], "active": [0.2, 0.3, -0.25]}, -0.2)
    assert {s.arm: s.n_responders for s in response.found.shares} == {"active": 1, "placebo": 2}


@pytest.mark.parametrize("threshold", [0.0, NAN, float("inf")])
def test_a_threshold_that_says_nothing_is_refused(threshold: float) -> None:
    """Lost: everybody, or nobody, would count as improved."""
    with pytest.raises(TableError, match="does not say who responded"):
        answer(CHANGES, threshold)


def test_a_threshold_under_the_error_is_warned_of() -> None:
    """Lost: 28 % would respond to water."""
    response = answer(CHANGES, 0.2, smallest_detectable_change=0.5)
    assert "under the smallest detectable change" in response.found.warnings[-1]
    assert "22%" in response.found.warnings[-1]  # P(Z > 1.96 * .2 / .5) = .217


def test_another_visit_can_be_asked_for() -> None:
    """Lost: the answer at the planned visit could not be had beside the last one."""
    scans = changing({"placebo": [0.0, 0.1, 0.05], "active": [0.1, 0.0, 0.05]})
    scans += [
        (subject, arm, "D28", score + 0.5 * (arm == "active") + 0.02 * (place % 3))
        for place, (subject, arm, visit, score) in enumerate(scans)
        if visit == "D0"
    ]
    scored, found = compared(profiles_of(scans))
    early = respond(scored, found, 0.2, visit="D28")
    assert {s.arm: s.n_responders for s in early.found.shares} == {"active": 3, "placebo": 0}
    assert respond(scored, found, 0.2).visit == "D56"
    with pytest.raises(TableError, match="no later visit of the comparison; choose one of D28"):
        respond(scored, found, 0.2, visit="D0")


def test_one_arm_gives_its_share_alone() -> None:
    """Lost: a study without a control would show nothing, or a difference from nobody."""
    scans = changing({"active": [0.3, 0.1, 0.25, 0.4]})
    study = study_of(arms=("active",), control=None)
    scored, found = compared(profiles_of(scans), study)
    response = respond(scored, found, 0.2)
    assert [(s.arm, s.n_responders, s.n) for s in response.found.shares] == [("active", 3, 4)]
    assert response.found.contrasts == ()


def test_groups_compared_once_have_no_responders() -> None:
    """Lost: differences between people would be called changes."""
    scans = [
        (f"{arm}{n}", arm, "D0", 2 + n / 10 + (arm == "young"))
        for arm in ("young", "old")
        for n in range(3)
    ]
    study = study_of("cohorts", arms=("young", "old"), control=None)
    scored, found = compared(profiles_of(scans), study)
    with pytest.raises(TableError, match="a change needs a baseline and a later visit"):
        respond(scored, found, 0.2)


def test_two_sides_of_one_face_are_paired() -> None:
    """Lost: the sides of a face would be tested as if they were different people."""
    rng = np.random.default_rng(4)
    scans = []
    for n, (active, placebo) in enumerate([(0.4, 0.0), (0.3, 0.25), (0.5, 0.1), (0.0, 0.05)]):
        for arm, change in (("active", active), ("placebo", placebo)):
            level = 2 + rng.normal(0, 0.2)
            scans += [(f"S{n}", arm, "D0", level), (f"S{n}", arm, "D28", level + change)]
    scans.append(("S9", "active", "D0", 2.0))
    study = study_of("hemi_face", visits=("D0", "D28"))
    scored, found = compared(profiles_of(scans), study)
    response = respond(scored, found, 0.2)
    (one,) = response.found.contrasts
    assert (one.method, one.a, one.b) == ("mcnemar_exact", "active", "placebo")
    assert (one.difference, one.statistic, one.p) == (0.5, 2, 0.5)
    assert [share.n for share in response.found.shares] == [4, 4]


def test_who_is_known_only_without_a_baseline_is_kept_as_missing() -> None:
    """Lost: a subject first seen at D28 would not be counted among the missing."""
    scans = changing({"placebo": [0.0, 0.1, 0.05], "active": [0.1, 0.0, 0.05]})
    scans.append(("A77", "active", "D56", 2.0))
    scored, found = compared(profiles_of(scans))
    pairs = scores_at(scored, found, "D56").set_index("subject_id")
    assert np.isnan(pairs.loc["A77", "baseline"])
    assert pairs.loc["A77", "later"] == 2.0
