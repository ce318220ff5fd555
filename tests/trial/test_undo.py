"""A save is undone by its inverse, which is a save too; never over what somebody did since."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import DesignError
from dermdash.identity import User
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.blinding import seal_arms
from dermdash.trial.covariates import CovariateSpec, list_covariates, set_covariate
from dermdash.trial.database import Store, open_store
from dermdash.trial.parts import set_arms, set_sites, set_visits
from dermdash.trial.roster import SubjectEdit, apply_roster, save_edits
from dermdash.trial.roster_file import read_roster
from dermdash.trial.roster_table import roster_table
from dermdash.trial.saves import Save, changes_since, recent_saves, save_words
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    create_study,
    get_study,
    rename_study,
)
from dermdash.trial.transaction import Transaction
from dermdash.trial.undo import undo_save, why_not

ADA, GRACE = User("ada", verified=True), User("grace", verified=True)
ROSTER = b"subject_id,arm,age\nS1,placebo,34\nS2,active,50\nS3,active,61\n"
IMPORT = "covariate age added, 3 subjects added"
PutScan = Callable[..., int]


@pytest.fixture
def filled(store: Store, study: int) -> int:
    with store.write(by=ADA) as tx:
        apply_roster(tx, study, read_roster("r.csv", ROSTER))
    return study


def edit(store: Store, study: int, code: str, by: User = ADA, **values: Any) -> None:
    with store.write(by=by) as tx:
        save_edits(tx, study, [SubjectEdit(code, values)])


def last(tx: Transaction, study: int) -> Save:
    return recent_saves(tx, study)[0]


def undo(store: Store, study: int) -> None:
    with store.write(by=GRACE) as tx:
        undo_save(tx, study, last(tx, study))


def test_an_edit_is_undone_and_the_audit_keeps_both(store: Store, filled: int) -> None:
    """A slip in the roster could be mended only by who remembers what stood there."""
    with store.read() as tx:
        before = roster_table(tx, filled).drop(columns="version")
    edit(
        store,
        filled,
        "S1",
        age=35,
        arm="active",
        status="withdrawn",
        reason="ill",
        withdrawn_on=date(2026, 3, 1),
    )
    with store.read() as tx:
        save = last(tx, filled)
        words = save_words(tx, filled, save)
    assert save.by == "ada"
    assert "status active → withdrawn" in words
    undo(store, filled)
    with store.read() as tx:
        pd.testing.assert_frame_equal(roster_table(tx, filled).drop(columns="version"), before)
        entries = history(tx, entity="subject 1")
    assert entries["by"].tolist() == ["grace", "ada", "ada"]
    assert entries["reason"][0].startswith("undo: S1 ")
    undo(store, filled)  # of the undo
    with store.read() as tx:
        assert roster_table(tx, filled)["age"].tolist() == [35, 50, 61]


def test_an_import_is_undone_whole(store: Store, filled: int) -> None:
    """A wrong file would have to be taken out subject by subject."""
    with store.read() as tx:
        assert save_words(tx, filled, last(tx, filled)) == IMPORT
    undo(store, filled)
    with store.read() as tx:
        assert roster_table(tx, filled).empty
        assert list_covariates(tx, filled) == ()


def test_what_was_changed_since_is_not_undone(store: Store, filled: int) -> None:
    """An undo would silently take back what a colleague did afterwards."""
    edit(store, filled, "S1", age=35)
    with store.read() as tx:
        first = last(tx, filled)
    edit(store, filled, "S1", by=GRACE, status="withdrawn", reason="ill")
    refused = pytest.raises(DesignError, match="S1 age 34 → 35 cannot be undone: S1 was changed")
    with refused, store.write(by=ADA) as tx:
        undo_save(tx, filled, first)
    with store.read() as tx:
        assert why_not(tx, filled, recent_saves(tx, filled)[-1]) == "S1 was changed since"


def test_subjects_with_scans_stay(store: Store, filled: int, put_scan: PutScan) -> None:
    """Undoing an import would take scans with it."""
    put_scan("S1", arm="placebo")
    with store.read() as tx:
        (save,) = recent_saves(tx, filled)
        assert why_not(tx, filled, save) == "S1 has scans since"


def test_only_saves_of_the_roster_and_the_design_are_offered(
    store: Store, filled: int, put_scan: PutScan
) -> None:
    """Making a study, or storing a scan, would be undone by half."""
    put_scan("S9", visit="D28")
    with store.write(by=ADA) as tx:
        rename_study(tx, filled, "Serum 2")
        other = create_study(tx, name="other", kind="cohorts")
        save_edits(tx, other, [SubjectEdit(None, {"subject_id": "X"})])
    edit(store, other, "X", reason=None, per_protocol=False, population_reason="late")
    with store.read() as tx:
        assert [save_words(tx, filled, s) for s in recent_saves(tx, filled)] == [IMPORT]
        assert len(recent_saves(tx, other)) == 1


def test_arms_visits_sites_and_covariates_are_undone_too(store: Store, filled: int) -> None:
    """A visit's day moved by mistake would move every figure."""
    with store.read() as tx:
        before, covariates = get_study(tx, filled), list_covariates(tx, filled)
    arms, visits = before.arms, before.visits
    with store.write(by=ADA) as tx:
        set_arms(
            tx,
            filled,
            [(arms[0].arm_id, ArmSpec("vehicle")), (arms[1].arm_id, ArmSpec("active", True, 12))],
        )
        gone = [visits[1].visit_id]
        first = (visits[0].visit_id, VisitSpec("D1", 1, True))
        set_visits(tx, filled, [first], removed=gone)
        set_sites(tx, filled, [(None, SiteSpec("brow"))])
        set_covariate(tx, filled, CovariateSpec("years", "text"), was="age")
    with store.read() as tx:
        assert get_study(tx, filled) != before
        said = save_words(tx, filled, last(tx, filled))
        assert said.startswith("arm placebo name placebo → vehicle, arm vehicle control yes → no")
        assert said.endswith(" and 5 more")
        assert roster_table(tx, filled)["years"].tolist() == ["34", "50", "61"]
    undo(store, filled)
    with store.read() as tx:
        assert get_study(tx, filled) == before
        assert list_covariates(tx, filled) == covariates
        assert roster_table(tx, filled)["age"].tolist() == [34, 50, 61]


def test_the_second_is_told_who_changed_what(store: Store, filled: int) -> None:
    """ "Somebody changed it" would leave the second to guess."""
    edit(store, filled, "S1", age=35)
    edit(store, filled, "S1", by=GRACE, arm="active")
    with store.read() as tx:
        found = changes_since(tx, filled, "S1", 1)
        assert changes_since(tx, filled, "S1", 3) == []
    assert [(by, words) for _, by, words in found] == [
        ("grace", "S1 arm placebo → active"),
        ("ada", "S1 age 34 → 35"),
    ]


def test_sealed_arms_are_not_told_by_what_may_be_undone(store: Store, filled: int) -> None:
    """A rename or an allocation before the seal would name the arms after it."""
    edit(store, filled, "S1", arm="active")
    with store.write(by=ADA) as tx:
        arms = get_study(tx, filled).arms
        set_arms(tx, filled, [(arm.arm_id, ArmSpec(f"{arm.name} cream")) for arm in arms])
    with store.write(by=ADA) as tx:
        seal_arms(tx, filled, seed=1)
    edit(store, filled, "S2", age=51)
    with store.read() as tx:
        words = " ".join(save_words(tx, filled, save) for save in recent_saves(tx, filled))
    assert words == f"S2 age 50 → 51 S1 arm {IMPORT}"


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "age": st.none() | st.integers(0, 99),
        "arm": st.sampled_from([None, "placebo", "active"]),
        "status": st.sampled_from(["active", "withdrawn"]),
        "per_protocol": st.booleans(),
        "subject_id": st.sampled_from(["S1", "S2", "s1", "T1"]),
    },
)


@settings(max_examples=20)
@given(edits=st.lists(st.tuples(st.sampled_from(["S1", "S2"]), VALUES), min_size=1, max_size=2))
def test_undo_of_an_edit_restores_the_row(law: tuple[Store, int], edits: list[Any]) -> None:
    """Some cell would stay as the slip left it."""
    store, study = law
    wanted = [
        SubjectEdit(
            code,
            values
            | {
                "reason": "x" if values.get("status") == "withdrawn" else None,
                "population_reason": "y" if values.get("per_protocol") is False else None,
            },
        )
        for code, values in edits
    ]
    with store.read() as tx:
        before = roster_table(tx, study).drop(columns="version")
        n = len(history(tx))
    try:
        with store.write(by=ADA) as tx:
            save_edits(tx, study, wanted)
    except DesignError:
        wanted = []
    with store.read() as tx:
        saved = len(history(tx)) > n
    if saved:
        undo(store, study)
    with store.read() as tx:
        pd.testing.assert_frame_equal(roster_table(tx, study).drop(columns="version"), before)
        assert len(history(tx)) >= n + 2 * saved


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with open_store(Settings(tmp_path_factory.mktemp("undo") / "home")) as opened:
        with opened.write(by=ADA) as tx:
            arms = [ArmSpec("placebo"), ArmSpec("active")]
            study = create_study(tx, name="law", kind="cohorts", arms=arms)
        with opened.write(by=ADA) as tx:
            apply_roster(tx, study, read_roster("r.csv", ROSTER[:51]))
        yield opened, study
