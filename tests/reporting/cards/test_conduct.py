"""Deviations, limits and provenance: what a reviewer asks for first, and must find."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from dermdash.imaging.dej import Dej
from dermdash.reporting.blocks import Attachment, Content, Table
from dermdash.reporting.cards.deviations import NO_PLAN, NONE, Deviations
from dermdash.reporting.cards.limitations import Limitations
from dermdash.reporting.cards.provenance import PRINTED, Provenance
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.source import Source
from dermdash.settings import Settings
from dermdash.trial.blinding import read_seal, seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.erasure import erase_subject
from dermdash.trial.life import lock_data, reopen, unblind
from dermdash.trial.plans import current_plan, write_plan
from dermdash.trial.results import ResultKey, keep_result, software_version
from dermdash.trial.roster import SubjectEdit, save_edits
from dermdash.trial.scans import scan_table, set_dej
from dermdash.trial.store_id import database_id
from tests.support.cards import words_of
from tests.support.flows import OneScan, OneSubject, known_of
from tests.support.graded import graded_trial
from tests.support.plans import plan_and_lock
from tests.support.seals import swapping_seed
from tests.support.studies import ADA

SMALL = {"placebo": (0, 0.1, -0.1), "active": (0.5, 0.6, 0.4)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        graded_trial(opened, tmp_path, rises=SMALL)
        yield opened


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same study, which no test changes."""
    folder = tmp_path_factory.mktemp("untouched")
    with open_store(Settings(folder / "home", processes=1)) as opened:
        graded_trial(opened, folder, rises=SMALL)
        yield opened


def answer(store: Store, question: Question) -> Content:
    with store.read() as tx:
        inputs = question.read(Source(tx))
    return question.answer(inputs)


def test_a_study_without_a_plan_says_so(untouched: Store) -> None:
    content = answer(untouched, Deviations(1))
    assert content.message == NO_PLAN
    assert "The data are not locked" in words_of(content)


def test_all_that_happens_to_a_blinded_trial(store: Store) -> None:
    """Lost: what stands against a result would not be in its report."""
    with store.write(by=ADA) as tx:
        plan_and_lock(tx, 1)
        seal_arms(tx, 1, seed=swapping_seed())
        read_seal(tx, 1)
        lock_data(tx, 1)
        reopen(tx, 1, "a scan was late")
        left = {"full_analysis": False, "population_reason": "never treated"}
        late = {"per_protocol": False, "population_reason": "came late"}
        save_edits(tx, 1, [SubjectEdit("P0", left), SubjectEdit("A0", late)])
        lock_data(tx, 1)
        unblind(tx, 1)
        stored = current_plan(tx, 1)
        assert stored is not None
        reopen(tx, 1, "one DEJ was wrong")
        key = ResultKey(1, {"asked": "all"}, 1, "0" * 64, software_version())
        keep_result(tx, key, {"difference": 0.5})
        write_plan(tx, 1, replace(stored.plan, alpha=0.01))
    with store.write(by=ADA) as tx:
        scan = int(scan_table(tx, 1)["scan_id"].iloc[-1])
        set_dej(tx, scan, Dej.plane(16), source="edited")
        erase_subject(tx, 1, "A2", reason="consent withdrawn")
    content = answer(store, Deviations(1))
    words = words_of(content)
    for part in (
        "10 scans had been graded before version 1 of the plan was locked",
        "Version 2 of the plan is a draft that would amend version 1",
        "Locked data were reopened by Ada (not verified) on",
        ": a scan was late.",
        ": one DEJ was wrong.",
        "The seal was read by Ada",
        "1 DEJ was given after the study was unblinded",
        "1 subject is outside the full analysis set",
        "1 subject is in the full analysis set, but not per protocol",
        "1 subject was erased, with all data, after 1 result was given that rest",
    ):
        assert part in words, part
    captions = [table.caption for table in content.of(Table)]
    assert captions == [
        "Versions of the analysis plan",
        "The plan that counts, version 1",
        "The life of the study, the newest first",
    ]
    life = content.of(Table)[-1].texts()
    assert [row[1] for row in life][:2] == ["subject erased (A2)", "reopened"]
    limits = words_of(answer(store, Limitations(1)))
    assert "1 DEJ was given after the study was unblinded" in limits
    assert "scan is not graded" in limits


def test_a_plan_locked_after_unblinding_and_a_question_not_in_the_data(store: Store) -> None:
    with store.write(by=ADA) as tx:
        plan_and_lock(tx, 1)
        seal_arms(tx, 1, seed=swapping_seed())
        lock_data(tx, 1)
        unblind(tx, 1)
    question = Deviations(1)
    with store.read() as tx:
        known = question.read(Source(tx))
    stored = known.record.plan
    assert stored is not None
    assert stored.locked_at is not None
    late = replace(stored, locked_at=stored.locked_at + timedelta(days=1), graded_before=0)
    words = words_of(question.answer(replace(known, record=replace(known.record, plan=late))))
    assert "after the study was unblinded" in words
    in_time = replace(stored, graded_before=0)
    clean = replace(known, record=replace(known.record, plan=in_time, plans=(in_time,)))
    assert question.answer(clean).message == NONE
    layers = known.evidence.layers
    half = replace(known.evidence, layers=layers[layers["visit"] == "D0"])
    words = words_of(question.answer(replace(known, evidence=half)))
    assert "The planned question is not" in words


def test_while_blinded_nothing_names_the_arms(store: Store) -> None:
    """Lost: the plan's table would tell which arm is the control."""
    with store.write(by=ADA) as tx:
        plan_and_lock(tx, 1)
        seal_arms(tx, 1, seed=swapping_seed())
    for question in (Deviations(1), Limitations(1), Provenance(1)):
        content = answer(store, question)
        tables = str([table.texts() for table in content.of(Table)])
        carried = str([str(one.content) for one in content.of(Attachment)])
        for words in (words_of(content), tables, carried):
            assert "placebo" not in words.lower()


def test_the_model_s_card_stands_first(untouched: Store) -> None:
    content = answer(untouched, Limitations(1))
    (card,) = content.of(Table)
    assert dict(card.texts())["Statement"].startswith("trained on synthetic phantoms")
    assert dict(card.texts())["Accuracy on scans unlike those it learned from"] == "0.84 to 0.91"
    assert dict(card.texts())["Accuracy"] == "0.85 on 1400 test patches"
    words = words_of(content)
    assert ["Limit", "It is not a medical device and supports no claim."] in card.texts()
    assert "Few subjects were analysed (active: 3; placebo: 3)" in words
    assert content.message.startswith("SYNTHETIC")


def test_limits_of_a_study_are_counted() -> None:
    subjects = [OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(4)]
    short = OneSubject(scans=(OneScan("D0"), OneScan("D28", last_um=40)))
    left_out = OneSubject(scans=(OneScan("D0"), OneScan("D28", "excluded", reason="motion")))
    words = words_of(Limitations(1).answer(known_of([*subjects, short, left_out])))
    for part in (
        "1 graded scan does not cover 0 to 69 µm.",
        "1 scan is excluded; 1 had been graded, so the score could be seen.",
        "2 of 10 subjects are not analysed",
        "No scan was marked twice in the blinded queue",
        "With the DEJ taken 5 µm higher or deeper the difference is",
    ):
        assert part in words, part


def test_odd_model_cards_break_nothing(untouched: Store) -> None:
    """Lost: a team's own model, whose card says less or else, would end every report."""
    question = Limitations(1)
    with untouched.read() as tx:
        known = question.read(Source(tx))
    model = known.record.model
    assert model is not None
    for card in ({}, {"data": "skin", "measures": None, "limits": [1, "x"], "split": []}):
        record = replace(known.record, model=replace(model, card=card))
        words = words_of(question.answer(replace(known, record=record)))
        assert "Whether these subjects were among those" in words


def test_provenance_holds_what_the_numbers_stand_on(store: Store) -> None:
    with store.write(by=ADA) as tx:
        plan_and_lock(tx, 1)
        exclude_scan(tx, int(scan_table(tx, 1)["scan_id"].iloc[0]), "motion")
    content = answer(store, Provenance(1))
    tables = {table.caption: table for table in content.of(Table)}
    facts = dict(tables["Study, store and software"].texts())
    with store.read() as tx:
        scans = scan_table(tx, 1)
        assert facts["Database"] == database_id(tx)
    assert facts["Software"] == software_version()
    assert facts["Analysis plan"].startswith("version 1 of 1, locked by Ada (not verified)")
    frames = {one.name: one.content for one in content.of(Attachment)}
    assert list(frames["volumes"]["volume_sha256"]) == list(scans["volume_sha256"])
    assert facts["Digest of the model"] == json.loads(frames["model-card.json"])["digest"]
    assert json.loads(frames["analysis-plan.json"])["primary"] == ["active", "placebo", "D28"]
    (dejs,) = tables["DEJs that count, by source and editor"].texts()
    assert dejs[:4] == ["marked by hand", "plane", "Ada (not verified)", "12"]


def test_only_some_volumes_are_printed_and_all_are_carried(untouched: Store) -> None:
    question = Provenance(1)
    with untouched.read() as tx:
        record = question.read(Source(tx))
    many = pd.concat([record.scans] * 10, ignore_index=True)
    content = question.answer(replace(record, scans=many))
    volumes = next(one for one in content.of(Table) if one.caption == "Volumes (120)")
    assert len(volumes.rows) == PRINTED
    assert "70 more volumes are not printed" in volumes.note
    (frame,) = (one.content for one in content.of(Attachment) if one.name == "volumes")
    assert len(frame) == 120


@pytest.mark.parametrize("question", [Deviations, Limitations, Provenance])
def test_the_same_record_gives_the_same_words(
    untouched: Store, question: Callable[[int], Question]
) -> None:
    one, other = (answer(untouched, question(1)) for _ in range(2))
    assert words_of(one) == words_of(other)
    assert [table.texts() for table in one.of(Table)] == [t.texts() for t in other.of(Table)]
