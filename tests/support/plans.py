"""Analysis plans as they stand after some work."""

from dataclasses import replace
from typing import Any

from dermdash.trial.database import Store
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.studies import get_study
from dermdash.trial.transaction import Transaction
from tests.support.studies import ADA


def lock(store: Store, study_id: int, **changes: Any) -> int:
    """Write and lock the plan that a study's design calls for, with changes; its version."""
    with store.write(by=ADA) as tx:
        plan = replace(blank_plan(get_study(tx, study_id)), **changes)
        version = write_plan(tx, study_id, plan)
        lock_plan(tx, study_id, version)
    return version


def plan_and_lock(tx: Transaction, study_id: int) -> None:
    """Ask for active against placebo at D28, and lock that plan, in a transaction at hand."""
    plan = replace(blank_plan(get_study(tx, study_id)), primary=("active", "placebo", "D28"))
    lock_plan(tx, study_id, write_plan(tx, study_id, plan))
