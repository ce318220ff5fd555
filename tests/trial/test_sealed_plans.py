"""What was written before the seal names no arm: plans, the history, kept results."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dermdash.errors import InputError
from dermdash.identity import User
from dermdash.trial.audit import history
from dermdash.trial.blinding import (
    seal_arms,
    unseal_arms,
)
from dermdash.trial.database import Store
from dermdash.trial.life import lock_data, unblind
from dermdash.trial.plans import current_plan, lock_plan, plan_history, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.results import ResultKey, get_result, keep_result, software_version
from dermdash.trial.scans import exclude_scan
from dermdash.trial.studies import (
    ArmSpec,
    add_subject,
    create_study,
    get_study,
)
from tests.support.seals import swapping_seed

PutScan = Callable[..., int]
MEMBER = User("bo")


def test_a_plan_shows_no_arm_while_they_are_sealed(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """By the codes of its arms the plan's control would be plain to everybody."""
    asked = {"control": "placebo", "primary": ("active", "placebo", "D28")}
    with store.write(by=ada) as tx:
        plan = replace(blank_plan(get_study(tx, study)), **asked)
        version = write_plan(tx, study, plan)
        seal_arms(tx, study, seed=swapping_seed())
        (shown,) = plan_history(tx, study)
        assert shown.sealed
        assert (shown.plan.control, shown.plan.primary, shown.plan.key_secondary) == (
            None,
            None,
            (),
        )
        assert shown == current_plan(tx, study)
    with store.write(by=MEMBER) as tx:
        lock_plan(tx, study, version)
        with pytest.raises(InputError, match="may not write a plan while arms are sealed"):
            write_plan(tx, study, replace(blank_plan(get_study(tx, study)), alpha=0.01))
    with store.write(by=ada) as tx:
        lock_data(tx, study)
        unblind(tx, study)
        (shown,) = plan_history(tx, study)
        assert shown.plan == plan
        assert shown.locked_by == "bo (not verified)"


@pytest.mark.parametrize("control", ["B", None])
def test_an_administrator_plans_by_codes(
    store: Store, study: int, ada: User, control: str | None
) -> None:
    """A trial that was blinded before its plan was written could never be unblinded."""
    with store.write(by=ada) as tx:
        seal_arms(tx, study, seed=swapping_seed())
        plan = replace(blank_plan(get_study(tx, study)), control=control, primary=("A", "B", "D28"))
        lock_plan(tx, study, write_plan(tx, study, plan))
        lock_data(tx, study)
        unblind(tx, study)
        stored = current_plan(tx, study)
    assert stored is not None
    if control is None:
        assert stored.plan.primary == ("placebo", "active", "D28"), "arms in their order"
    else:
        assert stored.plan.control == "placebo"
        assert stored.plan.primary == ("active", "placebo", "D28")


def test_the_history_of_a_blinded_study_names_no_arm(
    store: Store, study: int, put_scan: PutScan, keep_answer: Callable[[], None], ada: User
) -> None:
    """The audit would say what the pages hide."""
    with store.write(by=ada) as tx:
        other = create_study(tx, name="Other", kind="cohorts", arms=[ArmSpec("active")])
        add_subject(tx, other, "S01", arm="active")
    scan = put_scan("S01", arm="active")
    keep_answer()
    with store.write(by=ada) as tx:
        exclude_scan(tx, scan, "the Active was spilt, not the placebo")
        seal_arms(tx, study)
    with store.read() as tx:
        entries = history(tx)
        own = entries[~entries["entity"].isin(["study 2", "arm 3", "allocation 1", "subject 1"])]
        told = own[["before", "after", "reason"]].astype(str).to_csv()
        for word in ("active", "placebo", "Active", "is_control': True", "#7f7f7f"):
            assert word not in told.replace("'status': 'active'", ""), word
        arms = entries[entries["entity"].str.match(r"(sealed_)?arm [12]$")]
        assert set(map(str, arms["after"])) == {"{'(sealed)': '(sealed)'}"}
        assert entries.set_index("entity").loc["arm 3", "after"]["name"] == "active"
        assert "the (sealed) was spilt, not the (sealed)" in set(own["reason"].dropna())
    with store.write(by=ada) as tx:
        unseal_arms(tx, study)
        assert "placebo" in history(tx)["after"].astype(str).to_csv()


def test_results_given_before_the_seal_are_hidden(store: Store, study: int, ada: User) -> None:
    """A kept answer says which arm rose."""
    key = ResultKey(study, {"asked": "all"}, None, "0" * 64, software_version())
    with store.write(by=ada) as tx:
        keep_result(tx, key, {"active": 0.5})
    with store.write(by=ada) as tx:
        seal_arms(tx, study)
        assert get_result(tx, key.digest) is None
        during = replace(key, data_digest="1" * 64)
    with store.write(by=ada) as tx:
        keep_result(tx, during, {"A": 0.5})
        assert get_result(tx, during.digest) is not None
        unseal_arms(tx, study)
        assert get_result(tx, key.digest) is not None
