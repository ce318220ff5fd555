from collections.abc import Callable

import pandas as pd
import pytest

from dermdash.errors import DesignError
from dermdash.identity import WORKER, User
from dermdash.trial.database import Store
from dermdash.trial.jobs import fail, take
from dermdash.trial.parts import set_arms, set_sites, set_visits
from dermdash.trial.scans import exclude_scan
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    VisitSpec,
    add_arm,
    add_site,
    add_subject,
    add_visit,
    create_study,
    edit_visit,
    find_study,
    get_study,
    list_studies,
    rename_arm,
    rename_study,
    set_subject,
    subject_table,
)

PutScan = Callable[..., int]


def test_visits_stand_in_the_order_of_their_days(store: Store, ada: User) -> None:
    """Y10 would stand before Y8, and a change would have the wrong sign."""
    visits = [VisitSpec(f"Y{year}", 365 * year) for year in (10, 8, 12)]
    with store.write(by=ada) as tx:
        study_id = create_study(
            tx, name="s", kind="cohorts", visits=[*visits, VisitSpec("start", 0, True)]
        )
        names = [visit.name for visit in get_study(tx, study_id).visits]
    assert names == ["start", "Y8", "Y10", "Y12"]


def test_a_study_is_made_whole_or_not_at_all(store: Store, ada: User) -> None:
    """The next attempt would find a study without its arms under the same name."""
    with store.write(by=ada) as tx:
        arms = [ArmSpec("a"), ArmSpec("A")]
        with pytest.raises(DesignError, match="only in case"):
            create_study(tx, name="s", kind="cohorts", arms=arms)
        assert find_study(tx, "s") is None


@pytest.mark.parametrize("kind", ["", "crossover", "COHORTS"])
def test_unknown_kinds_are_refused(store: Store, ada: User, kind: str) -> None:
    """A study of an unknown design could not be analysed later."""
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="cohorts, before_after"):
        create_study(tx, name="s", kind=kind)


def test_names_are_taken_once(store: Store, study: int, ada: User) -> None:
    """Two studies, arms or visits of one name cannot be told apart in a table."""
    with store.write(by=ada) as tx:
        for attempt in (
            lambda: create_study(tx, name="Serum", kind="cohorts"),
            lambda: add_arm(tx, study, ArmSpec("active")),
            lambda: add_visit(tx, study, VisitSpec("D28", 29)),
            lambda: add_site(tx, study, SiteSpec("cheek", "left")),
        ):
            with pytest.raises(DesignError, match="exists already"):
                attempt()


def test_a_study_has_one_baseline(store: Store, study: int, ada: User) -> None:
    """Changes would be counted from two days."""
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="D0 is the baseline"):
            add_visit(tx, study, VisitSpec("D1", 1, is_baseline=True))
        with pytest.raises(DesignError, match="whole number"):
            add_visit(tx, study, VisitSpec("D1", 1.5))


def test_no_visit_lies_before_the_baseline(store: Store, study: int, ada: User) -> None:
    """Changes would count from the second visit, with the wrong sign at the first."""
    with store.write(by=ada) as tx:
        before = get_study(tx, study)
        baseline, later = before.visits
        moved = [(baseline.visit_id, VisitSpec("D0", 0)), (None, VisitSpec("D1", 1, True))]
        for attempt in (
            lambda: add_visit(tx, study, VisitSpec("D-7", -7)),
            lambda: edit_visit(tx, later.visit_id, VisitSpec("D28", -1)),
            lambda: edit_visit(tx, baseline.visit_id, VisitSpec("D0", 29, is_baseline=True)),
            lambda: set_visits(tx, study, moved),
        ):
            with pytest.raises(DesignError, match="lies before the baseline"):
                attempt()
        assert get_study(tx, study) == before


def test_parts_that_something_stands_on_are_not_removed(
    store: Store, study: int, ada: User, put_scan: PutScan
) -> None:
    """Scans would belong to no visit, subjects to no arm."""
    put_scan("S1")
    with store.write(by=ada) as tx:
        known = get_study(tx, study)
        arms = [arm.arm_id for arm in known.arms]
        visits = [visit.visit_id for visit in known.visits]
        sites = [site.site_id for site in known.sites]
        for attempt, sentence in (
            (
                lambda: set_arms(tx, study, [], removed=arms),
                "active cannot be removed: there are subjects of it",
            ),
            (
                lambda: set_visits(tx, study, [], removed=visits),
                "D0 cannot be removed: there are scans of it",
            ),
            (
                lambda: set_sites(tx, study, [], removed=sites),
                "cheek cannot be removed: there are scans of it",
            ),
        ):
            with pytest.raises(DesignError, match=sentence):
                attempt()
        set_visits(tx, study, [(visits[0], VisitSpec("D0", 0, True))], removed=visits[1:])
        changed = get_study(tx, study)
    assert [arm.name for arm in changed.arms] == ["placebo", "active"]
    assert [visit.name for visit in changed.visits] == ["D0"]


def test_parts_can_be_renamed_and_moved(store: Store, study: int, ada: User) -> None:
    """A typing error in a plan could never be corrected."""
    with store.write(by=ada) as tx:
        known = get_study(tx, study)
        rename_study(tx, study, "Serum 2")
        rename_study(tx, study, "SERUM 2")  # only another case of its own name
        rename_arm(tx, known.arms[1].arm_id, "verum")
        edit_visit(tx, known.visits[1].visit_id, VisitSpec("D30", 30))
        changed = get_study(tx, study)
    assert changed.name == "SERUM 2"
    assert [arm.name for arm in changed.arms] == ["placebo", "verum"]
    assert changed.arms[1].colour == known.arms[1].colour
    assert [(visit.name, visit.day) for visit in changed.visits] == [("D0", 0), ("D30", 30)]


def test_what_is_not_there_is_said(store: Store, study: int, ada: User) -> None:
    """An old address in a browser would end in a traceback."""
    with store.write(by=ada) as tx:
        for attempt in (
            lambda: get_study(tx, 99),
            lambda: rename_study(tx, 99, "x"),
            lambda: rename_arm(tx, 99, "x"),
            lambda: edit_visit(tx, 99, VisitSpec("D0", 0)),
            lambda: add_subject(tx, 99, "S"),
            lambda: set_subject(tx, study, "S99", status="active"),
        ):
            with pytest.raises(DesignError):
                attempt()
        assert find_study(tx, "none") is None


def test_an_empty_store_has_a_table_of_studies(store: Store) -> None:
    """Home would break before the first study."""
    with store.read() as tx:
        table = list_studies(tx)
    assert table.empty
    assert table.columns.tolist() == [
        "study_id",
        "study",
        "kind",
        "state",
        "blinded",
        "synthetic",
        "created_at",
        "n_subjects",
        "n_scans",
        "n_graded",
        "n_excluded",
        "n_failed",
        "n_queued",
        "n_no_dej",
        "n_cannot_tell",
    ]
    assert table.dtypes["n_scans"] == "int64"


def test_each_scan_counts_once(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """12 of 36 would be 12 of 40, and the cards would contradict the table."""
    put_scan("S1")
    excluded = put_scan("S2")
    grade_all()
    put_scan("S3", dej=None)
    for subject in ("S4", "S5", "S6"):
        put_scan(subject)
    with store.write(by=WORKER) as tx:
        taken = take(tx, 2)
        fail(tx, taken[0].job_id, "broken")
    with store.write(by=ada) as tx:
        exclude_scan(tx, excluded, "moved")
        create_study(tx, name="empty", kind="cohorts")
    with store.read() as tx:
        serum, empty = list_studies(tx).to_dict("records")
    counts = {name: serum[name] for name in serum if name.startswith("n_")}
    assert counts == {
        "n_subjects": 6,
        "n_scans": 6,
        "n_graded": 1,
        "n_excluded": 1,
        "n_failed": 1,
        "n_queued": 2,
        "n_no_dej": 1,
        "n_cannot_tell": 0,
    }
    assert all(empty[name] == 0 for name in counts)


def test_the_roster_holds_arm_status_and_covariates(store: Store, study: int, ada: User) -> None:
    """Ages would be lost, and withdrawn subjects counted as active."""
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S02", arm="active", covariates={"age": 31, "site_code": "FR"})
        add_subject(tx, study, "S01", covariates={"age": 29.5})
        add_subject(tx, study, "S03", arm="placebo")
        set_subject(tx, study, "S03", status="withdrawn", reason="moved away")
        set_subject(tx, study, "S02", arm="placebo", covariates={"age": 32, "site_code": None})
        table = subject_table(tx, study)
    assert table.columns.tolist() == ["study", "subject_id", "arm", "status", "reason", "age"]
    assert table.subject_id.tolist() == ["S01", "S02", "S03"]
    assert table.arm.fillna("none").tolist() == ["none", "placebo", "placebo"]
    assert table.status.tolist() == ["active", "active", "withdrawn"]
    assert table.reason.fillna("").tolist() == ["", "", "moved away"]
    assert table.age.tolist()[:2] == [29.5, 32.0]
    assert pd.isna(table.age[2])


def test_a_subject_comes_back_without_its_reason(store: Store, study: int, ada: User) -> None:
    """An active subject would still carry why it had left."""
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S01")
        set_subject(tx, study, "S01", status="withdrawn", reason="ill")
        set_subject(tx, study, "S01", status="active")
        assert subject_table(tx, study).reason.isna().all()


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "withdrawn"},
        {"status": "withdrawn", "reason": "  "},
        {"status": "dead"},
        {"arm": "verum"},
        {"covariates": {"arm": "x"}},
        {"covariates": {"age": float("inf")}},
        {"covariates": {"age": [1]}},
        {"covariates": {"": 1}},
    ],
)
def test_subjects_are_not_changed_to_nonsense(
    store: Store, study: int, ada: User, changes: dict[str, object]
) -> None:
    """A covariate named arm would overwrite the arm in every table."""
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S01", arm="active")
        before = subject_table(tx, study)
        with pytest.raises(DesignError):
            set_subject(tx, study, "S01", **changes)
    with store.read() as tx:
        pd.testing.assert_frame_equal(subject_table(tx, study), before)


@pytest.mark.parametrize("code", ["", " ", "s01", "S01", "x" * 81, "a\x00"])
def test_unusable_codes_are_refused(store: Store, study: int, ada: User, code: str) -> None:
    """s01 and S01 would be two subjects, and n one too many."""
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S01")
        with pytest.raises(DesignError):
            add_subject(tx, study, code)
        assert len(subject_table(tx, study)) == 1


def test_sides_of_a_subject_have_their_own_arms(store: Store, ada: User) -> None:
    """In a hemi-face study the treated and the untreated cheek would be one arm."""
    with store.write(by=ada) as tx:
        study_id = create_study(
            tx,
            name="hemi",
            kind="hemi_face",
            arms=[ArmSpec("active"), ArmSpec("control", is_control=True)],
            sites=[SiteSpec("cheek-left", "left"), SiteSpec("cheek-right", "right")],
        )
        add_subject(tx, study_id, "S01")
        set_subject(tx, study_id, "S01", arm="active", site="cheek-left")
        set_subject(tx, study_id, "S01", arm="control", site="cheek-right")
        assert subject_table(tx, study_id).arm.tolist() == ["active / control"]
        with pytest.raises(DesignError, match="each side"):
            set_subject(tx, study_id, "S01", arm="active")
        with pytest.raises(DesignError, match="each side"):
            add_subject(tx, study_id, "S02", arm="active")
        assert subject_table(tx, study_id).subject_id.tolist() == ["S01"]
