"""The cards along depth: the page's numbers, known truth, and nothing of the rearrangements."""

import numpy as np
import pytest

from dermdash.analysis.answers import answer_changes, cohort_asked
from dermdash.analysis.depths import arms_along_depth, changes_along_depth
from dermdash.analysis.evidence import read_evidence
from dermdash.errors import DermdashError
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.depths import cluster_sentence, depth_sentence, depth_table, subslab_table
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import CHANGES, answer, figure, files, kept, said
from tests.support.reported import COHORTS, graded_cohorts


def test_groups_say_what_the_page_says(known: Known) -> None:
    """Lost: the depths of a difference would be other ones in print."""
    content = known.card(GroupDepths((known.cohorts,), AT_D0))
    with known.store.read() as tx:
        evidence = read_evidence(tx, [known.cohorts])
    cohort = cohort_asked(evidence, AT_D0)
    page = arms_along_depth(cohort.profiles, "expected_grade", list(COHORTS))
    found = page.depthwise
    assert len(found.contrasts) == 3
    for contrast in found.contrasts:
        assert depth_sentence(contrast, found) in said(content, "lead")
        assert cluster_sentence(contrast, found) in said(content, "note")
    (file,) = files(content).values()
    assert file.content.equals(depth_table(found))
    slabs = subslab_table(page.subslabs, "young", "old")
    table = next(t for t in content.blocks if getattr(t, "caption", "").startswith("Sub-slabs, y"))
    assert [row[1] for row in table.rows] == slabs["Estimate"].tolist()


def test_changes_say_what_the_page_says(known: Known) -> None:
    content = known.card(ChangeDepths(known.trial, CHANGES))
    with known.store.read() as tx:
        answered = answer_changes(read_evidence(tx, [known.trial]), CHANGES)
    profiles = answered.scored.profiles
    page = changes_along_depth(profiles, "expected_grade", answered.found)
    assert content.message == "Change by D28: " + depth_sentence(
        page.depthwise.contrasts[0], page.depthwise
    )
    band = figure(content, "difference_band")
    assert band.arguments["change"] is True
    np.testing.assert_array_equal(
        band.arguments["contrast"].difference, page.depthwise.contrasts[0].difference
    )


def test_a_rise_that_is_the_same_everywhere_is_drawn_so(known: Known) -> None:
    """Lost: a wrong sign, or the wrong pair, on the figure of a claim."""
    content = known.card(ChangeDepths(known.sides, CHANGES))
    band = figure(content, "difference_band")
    assert band.data["difference"].to_numpy() == pytest.approx(0.5, abs=1e-6)
    assert "active − placebo" in band.caption
    assert "n = 6 pairs" in band.caption
    heatmap = figure(content, "difference_heatmap")
    assert heatmap.data["difference"].to_numpy() == pytest.approx(0.5, abs=1e-6)
    assert "from 0.50 at 0 µm to 0.50 at 69 µm" in heatmap.alt


def test_a_card_stays_small(known: Known) -> None:
    """Lost: thousands of rearrangements in each card would fill the database."""
    assert len(kept(known.card(GroupDepths((known.cohorts,), AT_D0)))) < 500_000


def test_too_few_subjects_have_no_band_and_none_is_spoken_of(copied: Known) -> None:
    """Lost: a caption would promise a band that nobody sees."""
    few = {"a": (2.0, 2.2, 2.1), "b": (2.5, 2.6, 2.8)}
    study = graded_cohorts(copied.store, copied.home.parent / "few", name="Few", scores=few)
    content = answer(copied.store, GroupDepths((study,), AT_D0))
    assert "no band, for want of subjects" in figure(content, "difference_band").caption
    assert "nothing along depth can be significant" in said(content, "warning")


def test_one_arm_has_nothing_to_differ_from(copied: Known) -> None:
    alone = {"a": (2.0, 2.2, 2.1)}
    study = graded_cohorts(copied.store, copied.home.parent / "alone", name="A", scores=alone)
    with pytest.raises(DermdashError, match="needs two"):
        answer(copied.store, GroupDepths((study,), AT_D0))
