"""The summary is what is read, and often all that is read: it must be plain, and never too sure."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from dermdash.analysis.answers import answer_changes, answer_groups, cohort_asked
from dermdash.analysis.evidence import read_evidence
from dermdash.analysis.main_question import answer, main_question
from dermdash.reporting.blocks import Content
from dermdash.reporting.cards.known import Known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.summary import Summary
from dermdash.reporting.plain_words import (
    counted,
    names,
    numbers_sentence,
    plain_answer,
    sure_sentences,
)
from dermdash.settings import Settings
from dermdash.stats.comparison import compare
from dermdash.stats.fragility import Disagreement
from dermdash.stats.plan import Plan
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store, open_store
from dermdash.trial.studies import get_study
from tests.support.cards import words_of
from tests.support.flows import OneSubject, known_of, studies
from tests.support.graded import graded_trial
from tests.support.plans import lock
from tests.support.reported import graded_cohorts, graded_sides
from tests.support.reports import NASTY
from tests.support.scores import trial
from tests.support.seals import swapping_seed
from tests.support.studies import ADA, make_study

FORBIDDEN = ("prove", "no effect", "effective", "no difference", "works")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A trial (1), cohorts (2), half faces (3), and a study without a scan (4)."""
    folder = tmp_path_factory.mktemp("summaries")
    with open_store(Settings(folder / "home", processes=1)) as opened:
        graded_trial(opened, folder)
        graded_cohorts(opened, folder)
        graded_sides(opened, folder)
        make_study(opened, "Empty")
        yield opened


def summed(store: Store, study: int) -> Content:
    question = Summary(study)
    with store.read() as tx:
        inputs = question.read(Source(tx))
    return question.answer(inputs)


def test_a_trial_in_plain_words(store: Store) -> None:
    content = summed(store, 1)
    assert content.message == (
        "At D28, on a scale from 1 to 4 and among subjects with the same D0 score, active scored "
        "0.49 points higher than placebo."
    )
    words = words_of(content)
    for part in (
        "SYNTHETIC: these scans were computed",
        "true differences from 0.37 to 0.61 points (active − placebo; 95 % confidence interval)",
        "placebo (the control) and active",
        "10 subjects were enrolled; the answer rests on 10 (active: 5; placebo: 5).",
        "At D28, baseline-adjusted mean expected grade was 0.49 higher in active than in placebo",
        "Exploratory answers are hints",
        "Welch's t test comes to the same verdict",
        "With the DEJ taken 5 µm higher or deeper the verdict is the same",
        "not to be turned into percent",
    ):
        assert part in words, part


def test_cohorts_name_every_difference_and_what_is_fragile(store: Store) -> None:
    words = words_of(summed(store, 2))
    assert "young scored 1.20 points higher on average than old, exposed." in words
    assert (
        "old − old, exposed: 0.40 (95 % CI 0.12 to 0.68; p = .006, exploratory, fragile)" in words
    )
    assert "2 other differences are fragile" in words
    assert "Groups that were not drawn by lot" in words


def test_sides_are_counted_as_subjects(store: Store) -> None:
    words = words_of(summed(store, 3))
    assert "each side's own D0 score, active scored 0.50 points higher than placebo." in words
    assert "6 subjects were enrolled; the answer rests on 6." in words


def test_without_a_graded_scan_it_says_what_is_missing(store: Store) -> None:
    content = summed(store, 4)
    assert content.message.startswith("The main question cannot be answered yet: no scan of Empty")
    assert "0 subjects were enrolled; 0 scans are graded." in words_of(content)


@pytest.mark.parametrize("study", [1, 2, 3])
def test_it_is_the_answer_of_the_pages(store: Store, study: int) -> None:
    """Lost: the summary would say another number, or hide what the page calls fragile."""
    with store.read() as tx:
        evidence = read_evidence(tx, [study])
        asked = main_question(get_study(tx, study), None)
    if asked.over_visits:
        pages = answer_changes(evidence, asked)
    else:
        pages = answer_groups(evidence, asked, cohort_asked(evidence, asked))
    assert answer(evidence, asked).found == pages.found
    assert answer(evidence, asked, moved=False).moved.shifts == ()


def test_a_plan_is_followed_and_sealed_arms_stay_codes(tmp_path: Path) -> None:
    """Lost: the first page of a report would open a blinded study."""
    with open_store(Settings(tmp_path / "home", processes=1)) as store:
        study = graded_trial(
            store, tmp_path, rises={"placebo": (0, 0.1, -0.1), "active": (1, 0.9, 1.1)}
        )
        lock(store, study, primary=("active", "placebo", "D28"), depth_um=(0, 49), alpha=0.01)
        words = words_of(summed(store, study))
        assert "Planned: version 1 of the analysis plan, locked by Ada" in words
        assert "over 0 to 49 µm" in words
        assert "99 % confidence interval" in words
        with store.write(by=ADA) as tx:
            seal_arms(tx, study, seed=swapping_seed())
        words = words_of(summed(store, study))
        assert "BLINDED: arms stand by their codes." in words
        assert "A scored" in words
        assert "placebo" not in words
        assert "active" not in words.replace("Exploratory", "")


def test_what_is_not_settled_is_not_called_equal() -> None:
    plan = Plan(*("score", "arm", "visit", "subject_id"), control="placebo")
    found = compare(trial(effect=0.0, n=8), replace(plan, visits=("D0", "D28", "D56")))
    first, more = plain_answer(found)
    assert first == "The data do not settle whether active and placebo differ at D56."
    assert "the data are compatible with any from" in more
    known = known_of([OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)])
    assert "Not settled is not the same as equal" in words_of(Summary(1).answer(known))


def test_what_hangs_on_a_choice_is_said_in_words() -> None:
    """Lost: a finding that another valid test does not share would be read as settled."""
    known = known_of([OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)])
    answered, _ = known.answered(moved=True)
    assert answered is not None
    lead = answered.found.contrasts[0]
    hinge = Disagreement(lead.a, lead.b, "D28", "ancova", 0.04, "the DEJ 5 µm deeper", 0.07)
    found = replace(answered.found, fragile=(hinge,))
    moved = replace(answered.moved, found=found)
    assert sure_sentences(replace(answered, moved=moved))[0] == (
        "The answer is fragile, it hangs on choices that could have been made otherwise: the DEJ "
        "5 µm deeper gives p = .070, where ANCOVA gives p = .040."
    )
    unknown = tuple(replace(one, contrast=None) for one in answered.moved.shifts)
    said = " ".join(
        sure_sentences(replace(answered, moved=replace(answered.moved, shifts=unknown)))
    )
    assert "What a DEJ 5 µm higher or deeper would change is not known" in said


def test_subjects_without_arms_are_what_is_missing() -> None:
    """Lost: "no scan is graded" would be said of graded scans."""
    content = Summary(1).answer(known_of([OneSubject(arm=None)] * 3))
    assert "no subject of Trial has an arm yet" in content.message


@given(studies())
@settings(max_examples=12, deadline=None)
def test_it_never_says_more_than_data_can(known: Known) -> None:
    content = Summary(1).answer(known)
    words = words_of(content).lower()
    assert content.message
    for word in FORBIDDEN:
        assert word not in words


def test_hostile_names_stay_words() -> None:
    known = known_of([OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)])
    study = known.record.study
    for name in NASTY:
        hostile = replace(known.record, study=replace(study, name=name))
        assert name in words_of(Summary(1).answer(replace(known, record=hostile)))


def test_a_demonstration_model_and_waiting_scans_are_warned_of(store: Store) -> None:
    question = Summary(1)
    with store.read() as tx:
        inputs = question.read(Source(tx))
    scans = inputs.record.scans.copy()
    scans.loc[0, "state"] = "queued"
    real = replace(inputs.record.study, synthetic=False)
    record = replace(inputs.record, study=real, scans=scans)
    words = words_of(question.answer(replace(inputs, record=record)))
    assert "DEMONSTRATION MODEL: phantom-v1 was not validated on skin" in words
    assert "INTERIM: 1 of 20 scans waits for a grading" in words


def test_names_with_commas_and_counts() -> None:
    assert names(["a", "b, c", "d"]) == "a; b, c; and d"
    assert counted({"a": 1}) == "a: 1"
    assert numbers_sentence(known_of([OneSubject()]).record, None) == (
        "1 subject was enrolled; 2 scans are graded."
    )
