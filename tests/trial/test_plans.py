"""The analysis plan: written in versions, locked once, never changed afterwards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from dermdash.errors import DesignError, StoreError
from dermdash.identity import User
from dermdash.stats.plan import Plan
from dermdash.trial.audit import history as audit
from dermdash.trial.database import Store
from dermdash.trial.parts import add_arm, add_visit, edit_visit, rename_arm
from dermdash.trial.plans import (
    StoredPlan,
    current_plan,
    lock_plan,
    plan_history,
    write_plan,
)
from dermdash.trial.questions import blank_plan
from dermdash.trial.schema import PlanRow
from dermdash.trial.studies import ArmSpec, VisitSpec, create_study, get_study

PRIMARY = ("active", "placebo", "D28")


@pytest.fixture
def plan(store: Store, study: int) -> Plan:
    with store.read() as tx:
        return replace(blank_plan(get_study(tx, study)), primary=PRIMARY)


def write(store: Store, ada: User, study: int, plan: Plan) -> int:
    with store.write(by=ada) as tx:
        return write_plan(tx, study, plan)


def lock(store: Store, ada: User, study: int, version: int) -> None:
    with store.write(by=ada) as tx:
        lock_plan(tx, study, version)


def current(store: Store, study: int) -> StoredPlan | None:
    with store.read() as tx:
        return current_plan(tx, study)


def test_a_plan_comes_back_as_it_was_written(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: another analysis would be carried out than was planned."""
    assert current(store, study) is None
    full = replace(
        plan,
        alpha=0.01,
        depth_um=(0, 39),
        equal_variances=False,
        responder_threshold=0.3,
        delta=0.5,
        outlier_mads=4.0,
        secondary="fixed_sequence",
    )
    assert write(store, ada, study, full) == 1
    stored = current(store, study)
    assert stored is not None
    assert (stored.version, stored.plan, stored.author, stored.locked) == (1, full, "ada", False)


def test_each_change_is_a_version_and_the_same_again_is_none(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: nobody could tell what the plan said last week."""
    assert write(store, ada, study, plan) == 1
    assert write(store, ada, study, plan) == 1
    assert write(store, ada, study, replace(plan, alpha=0.01)) == 2
    assert write(store, ada, study, plan) == 3
    with store.read() as tx:
        assert [(stored.version, stored.plan.alpha) for stored in plan_history(tx, study)] == [
            (3, 0.05),
            (2, 0.01),
            (1, 0.05),
        ]


def test_a_lock_carries_time_and_user(store: Store, study: int, ada: User, plan: Plan) -> None:
    """Lost: "planned before looking" could not be shown to anybody."""
    write(store, ada, study, plan)
    before = datetime.now(UTC)
    with store.write(by=User("bo")) as tx:
        lock_plan(tx, study, 1)
    stored = current(store, study)
    assert stored is not None
    assert stored.locked_at is not None
    assert stored.locked_by == "bo (not verified)"
    assert before <= stored.locked_at <= datetime.now(UTC)
    with store.read() as tx:
        (row,) = audit(tx, entity="plan 1", limit=1).to_dict("records")
    assert (row["act"], row["by"], row["before"]["locked_by"]) == (
        "changed",
        "bo (not verified)",
        None,
    )


def test_a_locked_version_never_changes(store: Store, study: int, ada: User, plan: Plan) -> None:
    """Lost: a plan could be bent to the data, and its lock back-dated."""
    write(store, ada, study, plan)

    def tamper(**changes: object) -> None:
        with store.write(by=ada) as tx:
            row = tx.session.scalars(select(PlanRow)).one()
            tx.session.expire(row)
            for name, value in changes.items():
                setattr(row, name, value)

    def remove() -> None:
        with store.write(by=ada) as tx:
            tx.session.delete(tx.session.scalars(select(PlanRow)).one())

    with pytest.raises(StoreError, match="plan 1 is a written fact"):
        tamper(body={})
    lock(store, ada, study, 1)
    stored = current(store, study)
    for changes in (
        {"locked_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"locked_by": None, "locked_at": None},
        {"locked_by": "eve", "body": {}},
        {"version": 2},
    ):
        with pytest.raises(StoreError, match="plan 1 is a written fact"):
            tamper(**changes)
    with pytest.raises(StoreError, match="cannot be changed"):
        remove()
    assert current(store, study) == stored


def test_a_lock_without_a_user_is_refused_by_the_database(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: a plan would be locked, and nobody had done it."""
    write(store, ada, study, plan)
    with store.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text("update plan set locked_by = 'eve'"))


def test_a_version_after_a_lock_shows_as_an_amendment(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: a plan changed after looking would pass for the first one."""
    write(store, ada, study, plan)
    lock(store, ada, study, 1)
    write(store, ada, study, replace(plan, alpha=0.01))
    draft = current(store, study)
    assert draft is not None
    assert (draft.version, draft.locked) == (1, True)  # a draft does not undo a lock
    lock(store, ada, study, 2)
    amended = current(store, study)
    assert amended is not None
    assert (amended.version, amended.amends) == (2, 1)
    with store.read() as tx:
        assert [stored.amends for stored in plan_history(tx, study)] == [1, None]


def test_only_the_newest_version_is_locked(store: Store, study: int, ada: User, plan: Plan) -> None:
    """Lost: an older plan could be picked when the result is known."""
    write(store, ada, study, plan)
    write(store, ada, study, replace(plan, alpha=0.01))
    with pytest.raises(DesignError, match="superseded by version 2"):
        lock(store, ada, study, 1)
    with pytest.raises(DesignError, match="version 3 of Serum is not written; it has 1, 2"):
        lock(store, ada, study, 3)


def test_locking_twice_keeps_the_first(store: Store, study: int, ada: User, plan: Plan) -> None:
    """Lost: the time of the lock would move behind the data."""
    write(store, ada, study, plan)
    lock(store, ada, study, 1)
    with pytest.raises(DesignError, match="was locked by ada; write a new version"):
        lock(store, User("bo"), study, 1)


def test_a_plan_without_a_question_is_not_locked(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: "planned" would be said of a plan that asks nothing."""
    write(store, ada, study, replace(plan, primary=None))
    with pytest.raises(DesignError, match="no primary question"):
        lock(store, ada, study, 1)


def test_what_does_not_fit_the_study_is_not_written(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: a plan for another trial would stand on this one."""
    with pytest.raises(DesignError, match="is no contrast of Serum"):
        write(store, ada, study, replace(plan, primary=("x", "y", "")))
    with pytest.raises(DesignError, match="study_id=99 is no study"):
        write(store, ada, 99, plan)
    with store.read() as tx, pytest.raises(TypeError, match="only reads"):
        write_plan(tx, study, plan)
    assert current(store, study) is None


def test_a_plan_follows_its_arms_and_visits_when_they_are_renamed(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: mending a typing error in an arm's name would break the locked plan."""
    write(store, ada, study, plan)
    lock(store, ada, study, 1)
    with store.write(by=ada) as tx:
        arms = {arm.name: arm for arm in get_study(tx, study).arms}
        visits = {visit.name: visit for visit in get_study(tx, study).visits}
        rename_arm(tx, arms["active"].arm_id, "serum")
        rename_arm(tx, arms["placebo"].arm_id, "active")
        edit_visit(tx, visits["D28"].visit_id, VisitSpec("W4", 28))
        add_visit(tx, study, VisitSpec("D56", 56))
        add_arm(tx, study, ArmSpec("placebo"))
    stored = current(store, study)
    assert stored is not None
    assert stored.plan.primary == ("serum", "active", "W4")
    assert stored.plan.control == "active"
    assert stored.plan.visits == ("D0", "W4")
    assert stored.plan.primary_visit == "W4"
    assert stored.plan.baseline == "D0"


def test_a_plan_of_visits_alone_follows_them(store: Store, ada: User) -> None:
    """Lost: a plan of one arm would look for arms called D0 and D28."""
    with store.write(by=ada) as tx:
        study_id = create_study(
            tx,
            name="One",
            kind="before_after",
            arms=[ArmSpec("D0")],
            visits=[VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)],
        )
        study = get_study(tx, study_id)
        plan = replace(blank_plan(study), primary=("D28", "D0", ""))
        write_plan(tx, study_id, plan)
        rename_arm(tx, study.arms[0].arm_id, "cream")
        edit_visit(tx, study.visits[1].visit_id, VisitSpec("W4", 28))
    stored = current(store, study_id)
    assert stored is not None
    assert stored.plan.primary == ("W4", "D0", "")


def test_how_much_had_been_graded_before_the_lock_is_told(
    store: Store,
    plan: Plan,
    ada: User,
    put_scan: Callable[..., int],
    grade_all: Callable[[], int],
) -> None:
    """Lost: a plan written after looking would read like one written before."""
    write(store, ada, 1, plan)
    put_scan("S1")
    put_scan("S2")
    grade_all()
    lock(store, ada, 1, 1)
    put_scan("S3")
    grade_all()
    stored = current(store, 1)
    assert stored is not None
    assert stored.graded_before == 2


def test_plans_of_two_studies_are_kept_apart(
    store: Store, study: int, ada: User, plan: Plan
) -> None:
    """Lost: one study would be analysed by the plan of another."""
    with store.write(by=ada) as tx:
        other = create_study(
            tx,
            name="Other",
            kind="before_after",
            arms=[ArmSpec("a"), ArmSpec("b")],
            visits=[VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)],
        )
        write_plan(tx, other, replace(blank_plan(get_study(tx, other)), alpha=0.01))
    assert write(store, ada, study, plan) == 1
    with store.read() as tx:
        alphas = [stored.plan.alpha for one in (study, other) for stored in plan_history(tx, one)]
    assert alphas == [0.05, 0.01]
