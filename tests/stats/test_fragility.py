"""A finding that hangs on the choice of a test is named."""

from dataclasses import replace

import pandas as pd
import pytest

from dermdash.stats.comparison import compare
from dermdash.stats.findings import Alternative, Contrast, Test
from dermdash.stats.fragility import disagreements
from dermdash.stats.plan import Plan
from tests.support.scores import paper, with_moments

ARMS = Plan("score", between="arm", subject="subject_id")
CONTRAST = Contrast("a", "b", 0.3, 0.1, 0.5, 0.04, 0.04, "tukey_hsd", 2.1)


def anova_with(p: float) -> Test:
    return Test("anova", 4.0, (2.0, 33.0), p)


def ranks_with(p: float) -> Alternative:
    return Alternative(Test("kruskal_wallis", 5.0, (2.0,), p))


def test_the_papers_third_finding_is_fragile() -> None:
    """Lost: a claim would be built on a p of .046 that another valid test puts at .061."""
    found = compare(paper(), ARMS)
    fragile = {(d.a, d.b, d.other): d.other_p for d in found.fragile}
    assert fragile["old", "old exposed", "games_howell"] == pytest.approx(0.061, abs=5e-4)
    assert not [pair for pair in fragile if pair[0] == "young"]
    assert "old − old exposed (Tukey HSD p = .046, Games-Howell p = .061" in found.sentence
    assert found.sentence.startswith(
        "Arms differ (ANOVA F(2, 33) = 29.58, p < .001): mean score was 1.09 higher in young than "
        "in old exposed (95 % CI 0.74 to 1.44; Tukey HSD, p < .001)."
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "fragile"),
    [
        (0.04, 0.06, True),
        (0.06, 0.04, True),
        (0.04, 0.049, False),
        (0.05, 0.06, False),
        (0.05, 0.0499, True),
        (0.0499, 0.05, True),
    ],
)
def test_the_two_sides_of_alpha(ours: float, theirs: float, fragile: bool) -> None:
    """Lost: only one way to disagree would count, or p = alpha would be taken for a finding."""
    whole = disagreements(anova_with(ours), (), [ranks_with(theirs)], alpha=0.05)
    other = replace(CONTRAST, p_adjusted=theirs, method="dunn_holm")
    alternative = Alternative(anova_with(0.5), (other,), omnibus=False)
    single = disagreements(
        anova_with(0.01), [replace(CONTRAST, p_adjusted=ours)], [alternative], alpha=0.05
    )
    assert [(d.a, d.p, d.other, d.other_p) for d in whole] == (
        [("", ours, "kruskal_wallis", theirs)] if fragile else []
    )
    assert [(d.a, d.b, d.p, d.other, d.other_p) for d in single] == (
        [("a", "b", ours, "dunn_holm", theirs)] if fragile else []
    )


def test_repeated_measures_are_read_with_their_correction() -> None:
    """Lost: a p that ignores sphericity would decide what is fragile."""
    corrected = Test("rm_anova", 4.0, (2.0, 18.0), 0.03, epsilon_gg=0.6, p_gg=0.07)
    assert not disagreements(corrected, (), [ranks_with(0.06)], alpha=0.05)
    (found,) = disagreements(corrected, (), [ranks_with(0.04)], alpha=0.05)
    assert found.p == 0.07


def test_another_reading_is_named_by_its_label() -> None:
    """Lost: nobody would learn that the DEJ, not the test, makes the difference."""
    other = Alternative(anova_with(0.2), (replace(CONTRAST, p_adjusted=0.3),))
    found = disagreements(anova_with(0.01), [CONTRAST], [other], alpha=0.05, label="DEJ deeper")
    assert {d.other for d in found} == {"DEJ deeper"}
    assert len(found) == 2


def test_visits_are_not_mixed_up() -> None:
    """Lost: the finding at one visit would be held against that at another."""
    first, last = replace(CONTRAST, visit="D28"), replace(CONTRAST, visit="D56")
    other = Alternative(anova_with(0.01), (replace(first, p_adjusted=0.3), last))
    (found,) = disagreements(anova_with(0.01), [first, last], [other], alpha=0.05)
    assert found.visit == "D28"


def test_a_key_secondary_contrast_is_held_against_its_like() -> None:
    """Lost: p adjusted for the plan's order beside one that is not would look like a quarrel."""
    arms = {"p": 2.0, "x": 2.3, "y": 2.31, "z": 2.6}
    table = pd.concat(
        pd.DataFrame({"arm": arm, "score": with_moments(mean, 0.35, 12, seed=seed)})
        for seed, (arm, mean) in enumerate(arms.items())
    )
    keys = (("p", "x", ""), ("p", "y", ""))
    plan = Plan("score", between="arm", primary=("p", "z", ""), key_secondary=keys)
    found = compare(table, plan)
    welch = {c.b: c for c in found.alternatives[0].contrasts if c.a == "p"}
    ours = {c.b: c for c in found.contrasts if c.a == "p"}
    for b in ("x", "y"):
        assert ours[b].p < welch[b].p < 0.05 < ours[b].p_adjusted
    assert not found.fragile
