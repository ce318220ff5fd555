"""What is edited in the roster is what is stored, and who stored it."""

from datetime import date

import pandas as pd
import pytest

from dermdash.analysis.filters import Between, OneOf, covariates_of
from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.trial.covariates import (
    CovariateSpec,
    known_covariates,
    list_covariates,
    set_covariate,
)
from dermdash.trial.database import open_store
from dermdash.trial.parts import set_arms
from dermdash.trial.roster import SubjectEdit, apply_roster, save_edits
from dermdash.trial.roster_file import read_roster
from dermdash.trial.roster_table import roster_table
from dermdash.trial.studies import ArmSpec, get_study
from dermdash.trial.subjects import set_subject
from dermdash.ui.covariate_parts import save_covariates
from dermdash.ui.design_parts import save_visits
from dermdash.ui.new_study import NewStudy
from dermdash.ui.next_step import next_step
from dermdash.ui.roster import edits_of, roster_sentence
from dermdash.ui.subject_filters import filterable
from tests.support.studies import ADA, make_study


@pytest.fixture
def store(tmp_path):  # type: ignore[no-untyped-def]
    with open_store(Settings(tmp_path / "home")) as opened:
        yield opened


ROSTER = b"subject_id,arm,age,smoker\nS01,active,63,yes\nS02,placebo,,no\n"


@pytest.fixture
def study_id(store) -> int:  # type: ignore[no-untyped-def]
    study = make_study(store)
    with store.write(by=ADA) as tx:
        apply_roster(tx, study, read_roster("r.csv", ROSTER))
    return study


def roster(store, study_id: int) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    with store.read() as tx:
        table = roster_table(tx, study_id)
    return table.assign(withdrawn_on=pd.to_datetime(table["withdrawn_on"]))


def test_only_cells_that_differ_are_edits(store, study_id: int) -> None:  # type: ignore[no-untyped-def]
    """A save would write every cell, and overwrite what others did to the rest of the row."""
    table = roster(store, study_id)
    assert edits_of(table, table.copy()) == []
    edited = table.copy()
    edited.loc[0, "age"] = 64
    edited.loc[1, "status"], edited.loc[1, "reason"] = "withdrawn", "moved away"
    edited.loc[1, "withdrawn_on"] = pd.Timestamp("2026-03-01")
    new = {"subject_id": "S03", "status": "active", "full_analysis": True, "per_protocol": True}
    edited = pd.concat([edited, pd.DataFrame([new])], ignore_index=True)
    gone = {"status": "withdrawn", "reason": "moved away", "withdrawn_on": date(2026, 3, 1)}
    assert edits_of(table, edited) == [
        SubjectEdit("S01", {"age": 64}, 1),
        SubjectEdit("S02", gone, 1),
        SubjectEdit(None, new),
    ]
    with store.write(by=ADA) as tx:
        save_edits(tx, study_id, edits_of(table, edited))
    stored = roster(store, study_id)
    assert stored["subject_id"].tolist() == ["S01", "S02", "S03"]
    assert stored["age"].fillna(0).tolist() == [64, 0, 0]
    assert edits_of(stored, stored.copy()) == []


def test_an_emptied_cell_takes_the_value_away(store, study_id: int) -> None:  # type: ignore[no-untyped-def]
    """An age typed for the wrong person could not be taken back."""
    table = roster(store, study_id)
    edited = table.assign(age=float("nan"), arm=None)
    with store.write(by=ADA) as tx:
        save_edits(tx, study_id, edits_of(table, edited))
    stored = roster(store, study_id)
    assert stored["age"].isna().all()
    assert stored["arm"].isna().all()
    assert edits_of(stored, stored.copy()) == []


def test_the_roster_in_a_sentence(store, study_id: int) -> None:  # type: ignore[no-untyped-def]
    """Whether enough subjects are in each arm would have to be counted by hand."""
    with store.write(by=ADA) as tx:
        arms = get_study(tx, study_id).arms
        set_arms(tx, study_id, [(arm.arm_id, ArmSpec(arm.name, target_n=12)) for arm in arms])
        left = {"status": "withdrawn", "reason": "ill", "arm": None}
        save_edits(tx, study_id, [SubjectEdit("S02", left)])
        study = get_study(tx, study_id)
        said = roster_sentence(study, roster_table(tx, study_id))
    assert said == "2 subjects: placebo 0 of 12, active 1 of 12; 1 without an arm; 1 withdrawn."


def test_filters_follow_the_declared_kind(store, study_id: int) -> None:  # type: ignore[no-untyped-def]
    """A phototype of 1 to 6 would be a range, a truth would be True, a remark a choice."""
    with store.write(by=ADA) as tx:
        for code, phototype in (("S01", 2), ("S02", 3)):
            known = {"phototype": phototype, "remark": "itches"}
            set_subject(tx, study_id, code, covariates=known)
        set_covariate(tx, study_id, CovariateSpec("phototype", "category"))
        set_covariate(tx, study_id, CovariateSpec("remark", "text"))
        assert covariates_of(filterable(tx, [study_id])) == {
            "age": Between(63.0, 63.0),
            "smoker": OneOf(("no", "yes")),
            "phototype": OneOf(("2", "3")),
        }


def test_covariates_are_declared_renamed_and_removed_in_one_table(store, study_id: int) -> None:  # type: ignore[no-untyped-def]
    """A covariate's kind would stay as its first file happened to look."""
    with store.write(by=ADA) as tx:
        found = known_covariates(tx, study_id)
        edited = pd.DataFrame(
            {"covariate": ["age", "scores"], "kind": ["number", "text"], "unit": ["years", None]},
            index=[0, 2],
        )
        with pytest.raises(DesignError, match="smoker has values, such as that of S01"):
            save_covariates(tx, study_id, found, edited)
        edited.loc[1] = ["smokes", "yes or no", None]
        save_covariates(tx, study_id, found, edited)
        with pytest.raises(DesignError, match="S01: smokes=yes is no number"):
            set_covariate(tx, study_id, CovariateSpec("smokes", "number"))
        assert list_covariates(tx, study_id) == (
            CovariateSpec("age", "number", "years"),
            CovariateSpec("smokes", "yes_no"),
            CovariateSpec("scores", "text"),
        )


def test_the_baseline_moves_from_one_visit_to_another(store) -> None:  # type: ignore[no-untyped-def]
    """A wrong baseline could not be corrected: a study has one at a time."""
    study_id = make_study(store)
    rows = [
        {"visit": "D29", "day": 29, "baseline": False},
        {"visit": "D28", "day": 28, "baseline": True},
        {"visit": "D56", "day": 56, "baseline": False},
    ]
    with store.write(by=ADA) as tx:
        save_visits(tx, get_study(tx, study_id), rows)
    with store.read() as tx:
        visits = get_study(tx, study_id).visits
    assert [(v.name, v.day, v.is_baseline) for v in visits] == [
        ("D28", 28, True),
        ("D29", 29, False),
        ("D56", 56, False),
    ]


@pytest.mark.parametrize(
    ("counts", "making", "verb"),
    [
        ({"n_scans": 0, "n_no_dej": 0, "n_failed": 0, "n_queued": 0}, 0, "Add scans"),
        ({"n_scans": 0, "n_no_dej": 0, "n_failed": 0, "n_queued": 0}, 3, "Watch the queue"),
        ({"n_scans": 3, "n_no_dej": 1, "n_failed": 1, "n_queued": 1}, 0, "Mark the DEJ"),
        ({"n_scans": 3, "n_cannot_tell": 1, "n_failed": 1}, 0, "Decide about them"),
        ({"n_scans": 3, "n_no_dej": 0, "n_failed": 1, "n_queued": 1}, 0, "See why"),
        ({"n_scans": 3, "n_no_dej": 0, "n_failed": 0, "n_queued": 1}, 0, "Watch the queue"),
        ({"n_scans": 3, "n_no_dej": 0, "n_failed": 0, "n_queued": 0}, 0, "See the result"),
    ],
)
def test_one_next_step(counts: dict[str, int], making: int, verb: str) -> None:
    """A newcomer would not know what to do next."""
    assert next_step(counts, making=making).verb == verb


@pytest.mark.parametrize(
    ("kind", "sites", "made"),
    [
        ("cohorts", "", []),
        ("before_after", "cheek, brow-left", [("cheek", None), ("brow-left", None)]),
        ("hemi_face", "cheek", [("cheek-left", "left"), ("cheek-right", "right")]),
        ("hemi_face", "brow left, brow right", [("brow left", "left"), ("brow right", "right")]),
    ],
)
def test_a_hemi_face_study_has_two_sides_of_each_site(
    kind: str, sites: str, made: list[tuple[str, str | None]]
) -> None:
    """The sides, which such a study compares, would have to be written out or be missing."""
    study = NewStudy.read("S", kind, arms="a, b", control="", visits="", sites=sites, target=9)
    assert [(site.name, site.side) for site in study.sites] == made
    assert [arm.target_n for arm in study.arms] == [9, 9]


def test_a_hemi_face_study_without_a_site_is_refused() -> None:
    """Its sides would be made by whatever the first files are called."""
    with pytest.raises(DesignError, match="names no site; write cheek"):
        NewStudy.read("S", "hemi_face", arms="a, b", control="", visits="")


def test_a_study_without_visits_gets_a_first_one() -> None:
    """A cohort study, scanned once, would have nowhere to put its scans."""
    study = NewStudy.read("S", "cohorts", arms="a, b", control="", visits=" ")
    assert [visit.name for visit in study.visits] == ["D0"]
