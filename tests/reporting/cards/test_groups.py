"""The card of groups says what *Cohorts* says, of known scores, and refuses what nobody can say."""

import re
from dataclasses import replace

import numpy as np
import pytest

from dermdash.analysis.answers import answer_groups, cohort_asked
from dermdash.analysis.cohorts import describe, group_profiles
from dermdash.analysis.evidence import read_evidence
from dermdash.analysis.filters import Between
from dermdash.errors import DesignError, TableError
from dermdash.reporting.blocks import Attachment
from dermdash.reporting.cards.groups import ONE_VISIT, Groups
from dermdash.reporting.figures.data import depth_heatmap
from dermdash.reporting.stars import planned_table
from dermdash.stats.words import equals_p
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.scans import scan_table
from dermdash.trial.subjects import set_subject
from tests.reporting.cards.conftest import Known
from tests.support.cards import GROUPS, answer, figure, files, kept, said, table
from tests.support.plans import lock
from tests.support.reported import COHORTS, graded_cohorts
from tests.support.studies import ADA

AT_D0 = replace(GROUPS, visit="D0")


def test_it_says_what_the_page_says(known: Known) -> None:
    """Lost: a report would hold other numbers than the page that it was collected from."""
    content = known.card(Groups((known.cohorts,), AT_D0))
    with known.store.read() as tx:
        evidence = read_evidence(tx, [known.cohorts])
    cohort = cohort_asked(evidence, AT_D0)
    found = answer_groups(evidence, AT_D0, cohort)
    assert content.message == found.found.sentence
    assert describe(cohort) in said(content)
    shown = planned_table(found.found, planned=False, allowed=True)
    differences = table(content, "Differences")
    assert [one.name for one in differences.columns] == list(shown.columns)
    assert [row[1] for row in differences.rows] == shown["Estimate"].tolist()
    assert [row[4] for row in differences.rows] == shown["p"].tolist()
    heatmap = figure(content, "cohort_heatmap").arguments["heatmap"]
    page = depth_heatmap(group_profiles(cohort), list(COHORTS))
    np.testing.assert_array_equal(heatmap.score, page.score)
    points = figure(content, "subject_points").arguments
    assert points["subjects"].equals(cohort.subjects)
    assert [one.text for one in points["brackets"]] == [
        equals_p(one.p_adjusted) for one in found.found.contrasts
    ]


def test_known_scores_come_out(known: Known) -> None:
    """Lost: means of other subjects, or of other depths, would be printed."""
    groups = table(known.card(Groups((known.cohorts,), AT_D0)), "Groups")
    for (arm, scores), row in zip(COHORTS.items(), groups.rows, strict=True):
        mean, sd = np.mean(scores), np.std(scores, ddof=1)
        assert row[:4] == (arm, 6, 6, 0)
        assert row[4:6] == (pytest.approx(mean, abs=1e-6), pytest.approx(sd, abs=1e-6))
        assert row[6] == 0


def test_bars_are_numbers_that_another_program_can_draw(known: Known) -> None:
    """Lost: a chart in a presentation would show other whiskers than the figure beside it."""
    content = known.card(Groups((known.cohorts,), AT_D0, bars=True))
    bars = figure(content, "group_bars")
    assert bars.chart is not None
    assert (bars.chart.kind, bars.chart.x, bars.chart.y) == ("bars", "arm", "mean")
    assert np.allclose(bars.data["high"] - bars.data["mean"], bars.data["sd"])
    assert np.allclose(bars.data["mean"] - bars.data["low"], bars.data["sd"])
    assert not [one for one in content.blocks if getattr(one, "draw", "") == "subject_points"]


def test_script_table_and_settings_travel_with_it(known: Known) -> None:
    """Lost: whoever doubts a number could not run it again."""
    content = known.card(Groups((known.trial,), GROUPS))
    own = files(content)
    script = next(name for name in own if name.endswith(".py"))
    data = script.replace(".py", ".csv")
    assert data in str(own[script].content)
    assert str(own[data].content).count("\n") == 11
    scores = own[script.replace(".py", "-scores")]
    assert sorted(scores.content["subject_id"]) == [f"{arm}{k}" for arm in "AP" for k in range(5)]
    settings = next(str(one.content) for name, one in own.items() if name.startswith("settings"))
    assert '"visit": "D28"' in settings
    assert '"plan_version"' in settings


def test_two_questions_of_the_same_subjects_have_files_of_their_own(known: Known) -> None:
    """Lost: one card's settings would overwrite another's in the ZIP."""
    one = known.card(Groups((known.trial,), GROUPS))
    other = known.card(Groups((known.trial,), replace(GROUPS, arms=("active", "placebo"))))
    names = [{a.name: str(a.content) for a in content.of(Attachment)} for content in (one, other)]
    for shared in set(names[0]) & set(names[1]):
        assert names[0][shared] == names[1][shared]
    assert len([name for name in {*names[0], *names[1]} if name.startswith("settings")]) == 2


def test_groups_of_a_trial_are_no_answer_to_what_its_product_did(known: Known) -> None:
    """Lost: the last visit would be sold as the effect, baselines forgotten."""
    assert ONE_VISIT in said(known.card(Groups((known.trial,), GROUPS)), "note")
    assert ONE_VISIT not in said(known.card(Groups((known.cohorts,), AT_D0)))


def test_sides_of_a_face_are_compared_within_subjects(known: Known) -> None:
    """Lost: twelve sides would count as twelve people."""
    content = known.card(Groups((known.sides,), GROUPS))
    (row,) = table(content, "Differences").rows
    assert row[0] == "active − placebo"
    assert row[1] == pytest.approx(0.5)
    assert "paired t test" in row
    assert "6 subjects (active 6; placebo 6)" in said(content)


def test_who_is_left_out_is_said(copied: Known) -> None:
    """Lost: a result on nine would pass for one on ten, or on all ages."""
    store, trial = copied.store, copied.trial
    with store.write(by=ADA) as tx:
        scans = scan_table(tx, trial)
        at = (scans["visit"] == "D28") & (scans["subject_id"] == "A1")
        exclude_scan(tx, int(scans.loc[at, "scan_id"].iloc[0]), "moved")
        for number in range(5):
            for arm in "PA":
                if (arm, number) != ("P", 3):
                    set_subject(tx, trial, f"{arm}{number}", covariates={"age": 40 + number})
    asked = replace(GROUPS, covariates={"age": Between(40, 60)})
    content = answer(store, Groups((trial,), asked))
    assert "1 scan is excluded (active 1)" in said(content)
    assert "1 subject of placebo left out: age not known" in said(content)
    rows = {row[0]: row[1:] for row in table(content, "Groups").rows}
    assert rows["active"][:3] == (4, 4, 1)
    assert rows["placebo"][:3] == (4, 4, 0)
    assert (rows["placebo"][-1], rows["active"][-1]) == (1, 0)
    assert "age 40–60" in said(content)


def test_pooled_studies_are_compared_within_each(known: Known) -> None:
    """Lost: two studies whose subjects share codes would be mixed up, or refused."""
    asked = replace(AT_D0, pooled=("Second",))
    content = known.card(Groups((known.cohorts, known.second), asked))
    assert "36 subjects (young 12; old 12; old, exposed 12)" in said(content)
    assert "Tukey-Kramer" in content.message
    assert "2 studies" in said(content)


def test_while_blinded_only_codes_are_told(copied: Known) -> None:
    """Lost: a report would unblind its readers."""
    with copied.store.write(by=ADA) as tx:
        seal_arms(tx, copied.trial, seed=3)
    content = answer(copied.store, Groups((copied.trial,), GROUPS))
    text = kept(content)
    assert "active" not in text
    assert "placebo" not in text
    assert "blinded, arms by code" in said(content)


def test_a_plan_brings_roles_and_stars(copied: Known) -> None:
    """Lost: what was planned could not be told from what was found by looking."""
    lock(copied.store, copied.cohorts, primary=("young", "old", ""), primary_visit="D0")
    content = answer(copied.store, Groups((copied.cohorts,), AT_D0))
    assert "Planned: version 1" in said(content)
    differences = table(content, "Differences")
    names = [one.name for one in differences.columns]
    by = {row[0]: dict(zip(names, row, strict=True)) for row in differences.rows}
    assert (by["young − old"]["Role"], by["young − old"]["Stars"]) == ("primary", "***")
    assert (by["old − old, exposed"]["Role"], by["old − old, exposed"]["Stars"]) == (
        "exploratory",
        "",
    )
    assert "planned questions only" in differences.note


def test_skin_graded_by_a_demonstration_model_has_no_stars(copied: Known) -> None:
    """Lost: a claim would stand on a model that never saw skin."""
    study = graded_cohorts(copied.store, copied.home.parent / "skin", name="Skin", synthetic=False)
    lock(copied.store, study, primary=("young", "old", ""), primary_visit="D0")
    content = answer(copied.store, Groups((study,), AT_D0))
    names = [one.name for one in table(content, "Differences").columns]
    assert "Role" in names
    assert "Stars" not in names
    assert "stars and claims are withheld" in said(content, "warning")
    texts = [one.text for one in figure(content, "subject_points").arguments["brackets"]]
    assert not any("*" in text or "ns" in text for text in texts)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (replace(AT_D0, arms=("young",)), "one arm"),
        (replace(AT_D0, arms=("young", "gone")), "arm 'gone' is not in"),
        (replace(AT_D0, visit="D9"), "visit 'D9' is not in"),
        (replace(AT_D0, depth_um=(40, 20)), "is no depth range"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(
    known: Known, asked: object, why: str
) -> None:
    """Lost: a card would break, or print a number of nobody."""
    with pytest.raises((DesignError, TableError), match=why):
        known.card(Groups((known.cohorts,), asked))  # type: ignore[arg-type]


def test_one_subject_is_no_group(copied: Known) -> None:
    """Lost: a difference of two people would be printed as one of two groups."""
    one = {"a": (2.0,), "b": (2.5,)}
    study = graded_cohorts(copied.store, copied.home.parent / "one", name="One", scores=one)
    with pytest.raises(TableError, match="needs at least 2"):
        answer(copied.store, Groups((study,), AT_D0))


def test_a_study_without_a_graded_scan_says_so(copied: Known) -> None:
    none: dict[str, tuple[float, ...]] = {"a": (), "b": ()}
    study = graded_cohorts(copied.store, copied.home.parent / "none", name="Empty", scores=none)
    with pytest.raises(DesignError, match="no graded scan of Empty covers 0 to 69 µm"):
        answer(copied.store, Groups((study,), AT_D0))


def test_hostile_names_stand_as_they_are_and_in_no_name_of_a_file(copied: Known) -> None:
    """Lost: an arm's name would become markup, a formula, or a path."""
    arms = {"=1+1 <b>$x$": (2.0, 2.2, 2.1), "../肌 & co": (2.5, 2.6, 2.8)}
    study = graded_cohorts(copied.store, copied.home.parent / "h", name="#h <i>", scores=arms)
    content = answer(copied.store, Groups((study,), AT_D0))
    assert [row[0] for row in table(content, "Groups").rows] == list(arms)
    assert "=1+1 <b>$x$ − ../肌 & co" in {row[0] for row in table(content, "Differences").rows}
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in files(content))
