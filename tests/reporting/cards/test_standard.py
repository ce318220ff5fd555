"""The report at one click: each section that a study can have, in order, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dermdash.errors import DermdashError, DesignError
from dermdash.reporting.cards.glossary import Glossary
from dermdash.reporting.cards.kinds import CARDS, question_from_json
from dermdash.reporting.cards.question import Question, question_to_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.standard import standard_questions
from dermdash.reporting.glossary import terms_for
from dermdash.reporting.stored_blocks import content_from_json, content_to_json
from dermdash.settings import Settings
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.scans import scan_table
from tests.support.graded import graded_trial
from tests.support.plans import lock
from tests.support.reported import graded_cohorts, graded_sides
from tests.support.studies import ADA, add_scan, make_study

BEFORE = ["summary", "participants", "baseline"]
AFTER = ["methods", "deviations", "limitations", "glossary"]
ABOUT_THE_STUDY = (*BEFORE, *AFTER, "provenance")
TRIAL, COHORTS, SIDES, EMPTY = 1, 2, 3, 4


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("standard")
    with open_store(Settings(folder / "home", processes=1)) as opened:
        graded_trial(opened, folder, rises={"placebo": (0, 0.1, -0.1), "active": (0.5, 0.6, 0.4)})
        few = {"young": (3.0, 2.8, 2.9), "old": (1.9, 2.1, 2.0), "old, exposed": (1.5, 1.7, 1.6)}
        graded_cohorts(opened, folder, scores=few)
        graded_sides(opened, folder)
        make_study(opened, "Empty")
        yield opened


def questions(store: Store, study: int) -> tuple[Question, ...]:
    with store.read() as tx:
        return standard_questions(tx, study)


def test_a_trial_s_sections(store: Store) -> None:
    assert [one.card for one in questions(store, TRIAL)] == [
        *BEFORE,
        *("groups", "changes", "change_depths", "classes", "checks", "sensitivity"),
        *("repeatability", "claims", *AFTER),
    ]


def test_cohorts_have_no_changes_and_no_claims(store: Store) -> None:
    assert [one.card for one in questions(store, COHORTS)] == [
        *BEFORE,
        *("groups", "group_depths", "classes", "checks", "sensitivity"),
        *AFTER,
    ]


def test_sides_repeat_in_the_control(store: Store) -> None:
    cards = [one.card for one in questions(store, SIDES)]
    assert "repeatability" in cards
    assert "responders" not in cards


def test_without_a_graded_scan_only_the_study_is_told_of(store: Store) -> None:
    assert [one.card for one in questions(store, EMPTY)] == [*BEFORE, *AFTER]


def test_a_planned_visit_and_a_threshold_are_followed(tmp_path: Path) -> None:
    """Lost: figure 3 of a trial would show another visit than its plan."""
    with open_store(Settings(tmp_path / "home", processes=1)) as store:
        study = graded_trial(store, tmp_path, rises={"placebo": (0, 0.1), "active": (0.5, 0.6)})
        lock(
            store,
            study,
            primary=("active", "placebo", "D28"),
            depth_um=(0, 49),
            responder_threshold=0.2,
        )
        found = {one.card: one for one in questions(store, study)}
    groups = found["groups"].asked  # type: ignore[attr-defined]
    assert (groups.visit, groups.over_visits, groups.depth_um) == ("D28", False, (0, 49))
    assert found["changes"].asked.depth_um == (0, 49)  # type: ignore[attr-defined]
    assert "responders" in found


@pytest.mark.parametrize("study", [TRIAL, COHORTS, SIDES, EMPTY])
def test_cards_about_the_study_answer_whatever_there_is_and_are_kept_whole(
    store: Store, study: int
) -> None:
    """Lost: a report could not be made of a study that is not complete."""
    for card in ABOUT_THE_STUDY:
        question = CARDS[card](study)
        again = question_from_json(json.loads(json.dumps(question_to_json(question))))
        assert again == question
        with store.read() as tx:
            inputs = again.read(Source(tx))
        content = again.answer(inputs)
        assert content.title
        assert content.message
        assert len(inputs.digest) == 64
        kept = json.dumps(content_to_json(content), allow_nan=False)
        assert json.dumps(content_to_json(content_from_json(json.loads(kept)))) == kept


def test_an_unknown_study_is_refused(store: Store) -> None:
    with pytest.raises(DesignError):
        questions(store, 99)
    with pytest.raises(DermdashError), store.read() as tx:
        CARDS["summary"](99).read(Source(tx))


def test_the_store_is_read_once_for_all_of_them(store: Store) -> None:
    with store.read() as tx:
        source = Source(tx)
        assert source.record(TRIAL) is source.record(TRIAL)


def test_a_glossary_has_the_words_of_its_study_only(store: Store) -> None:
    def terms(study: int) -> set[str]:
        question = Glossary(study)
        with store.read() as tx:
            inputs = question.read(Source(tx))
        (_, table) = question.answer(inputs).blocks
        return {str(row[0]) for row in table.rows}  # type: ignore[union-attr]

    assert {"ANCOVA", "MMRM", "DEJ", "Synthetic"} <= terms(TRIAL)
    assert "ANCOVA" not in terms(COHORTS)
    assert "Tukey HSD" in terms(COHORTS)
    assert "Hemi-face" in terms(SIDES)
    assert "Synthetic" not in terms(EMPTY)


def test_terms_stand_in_order_each_once_with_a_sentence() -> None:
    told = terms_for(over_visits=True, several_arms=True, sides=True, blinded=True, synthetic=True)
    names = [term for term, _ in told]
    assert names == sorted(names, key=str.casefold)
    assert len(set(names)) == len(names)
    assert all(meaning.endswith(".") and meaning[0].isupper() for _, meaning in told)


def test_a_glossary_does_not_age_with_the_data(tmp_path: Path) -> None:
    """Lost: each exclusion would call the glossary out of date."""
    with open_store(Settings(tmp_path / "home", processes=1)) as store:
        study = make_study(store)
        add_scan(store, study, tmp_path, "S1")
        digests = []
        for _ in range(2):
            with store.read() as tx:
                digests.append(Glossary(study).read(Source(tx)).digest)
            with store.write(by=ADA) as tx:
                exclude_scan(tx, int(scan_table(tx, study)["scan_id"].iloc[0]), "motion")
    assert digests[0] == digests[1]
