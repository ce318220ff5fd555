"""What is edited in the roster is what is stored, and who stored it."""

import math

import pytest

from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.studies import get_study, subject_table
from dermdash.ui.design_parts import save_visits
from dermdash.ui.new_study import NewStudy
from dermdash.ui.next_step import next_step
from dermdash.ui.roster import save_subject
from tests.support.studies import ADA, make_study


@pytest.fixture
def store(tmp_path):  # type: ignore[no-untyped-def]
    with open_store(Settings(tmp_path / "home")) as opened:
        yield opened


def test_subjects_are_added_and_changed(store) -> None:  # type: ignore[no-untyped-def]
    """A withdrawal or an age typed into the roster would be lost."""
    study_id = make_study(store)
    row = {"subject_id": "S01", "arm": "active", "status": "active", "reason": None, "age": "63"}
    with store.write(by=ADA) as tx:
        study = get_study(tx, study_id)
        save_subject(tx, study, row, None)
    with store.write(by=ADA) as tx:
        changed = row | {"status": "withdrawn", "reason": "moved away", "arm": "placebo"}
        save_subject(tx, study, changed, row)
    with store.read() as tx:
        (stored,) = subject_table(tx, study_id).to_dict("records")
    assert (stored["arm"], stored["status"], stored["reason"], stored["age"]) == (
        "placebo",
        "withdrawn",
        "moved away",
        63,
    )


def test_a_withdrawal_without_a_reason_is_refused(store) -> None:  # type: ignore[no-untyped-def]
    """Subjects would leave a trial without a trace."""
    study_id = make_study(store)
    row = {"subject_id": "S01", "arm": None, "status": "active", "reason": math.nan}
    with store.write(by=ADA) as tx:
        study = get_study(tx, study_id)
        save_subject(tx, study, row, None)
    with pytest.raises(DesignError, match="without a reason"), store.write(by=ADA) as tx:
        save_subject(tx, study, row | {"status": "withdrawn"}, row)


def test_a_code_that_scans_are_known_by_is_not_changed(store) -> None:  # type: ignore[no-untyped-def]
    """A subject's scans would belong to another one, or the edit would be dropped silently."""
    study_id = make_study(store)
    row = {"subject_id": "S01", "arm": None, "status": "active", "reason": None}
    with store.write(by=ADA) as tx:
        study = get_study(tx, study_id)
        save_subject(tx, study, row, None)
    with pytest.raises(DesignError, match="cannot become 'S02'"), store.write(by=ADA) as tx:
        save_subject(tx, study, row | {"subject_id": "S02"}, row)


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


def test_a_study_without_visits_gets_a_first_one() -> None:
    """A cohort study, scanned once, would have nowhere to put its scans."""
    study = NewStudy.read("S", "cohorts", arms="a, b", control="", visits=" ")
    assert [visit.name for visit in study.visits] == ["D0"]
