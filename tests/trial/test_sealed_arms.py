"""Whoever asks for an arm by its own name while it is sealed learns nothing."""

from collections.abc import Callable

import pytest

from dermdash.errors import DesignError
from dermdash.identity import WORKER, User
from dermdash.settings import Settings
from dermdash.trial.blinding import (
    find_sealed_arm,
)
from dermdash.trial.database import Store
from dermdash.trial.parts import set_arms
from dermdash.trial.roster import preview_roster
from dermdash.trial.roster_file import read_roster
from dermdash.trial.schema import StudyRow
from dermdash.trial.studies import (
    ArmSpec,
    add_arm,
    add_subject,
    get_study,
    rename_arm,
    set_subject,
    subject_table,
)

PutScan = Callable[..., int]
MEMBER = User("bo")


@pytest.mark.parametrize("arm", ["active", "placebo", "vitamin C", "Active"])
def test_asking_by_allocation_tells_a_member_nothing(
    store: Store, blinded: int, put_scan: PutScan, arm: str
) -> None:
    """A roster that is tried out arm by arm would answer which code is which."""
    refusals = set()
    for subject in ("S01", "S02", "S99"):
        ask = add_subject if subject == "S99" else set_subject
        with store.write(by=MEMBER) as tx:
            with pytest.raises(DesignError) as refused:
                ask(tx, blinded, subject, arm=arm)
            refusals.add(str(refused.value))
    assert len(refusals) == 1
    assert "sealed" in refusals.pop()
    with store.read() as tx:
        assert subject_table(tx, blinded)["arm"].tolist() == ["A", "B"]
        assert {arm.name for arm in get_study(tx, blinded).arms} == {"A", "B"}


def test_a_scan_with_a_real_arm_is_refused_without_an_answer(
    store: Store, blinded: int, study: int, reading, settings: Settings
) -> None:
    """An import by a member would make an arm of the real name, or confirm a guess."""
    import io

    from dermdash.trial.scans import NewScan, store_scan

    volume = store.vault.store_file(io.BytesIO(b"another visit"))
    said = set()
    for subject, arm in (("S01", "active"), ("S01", "placebo"), ("S07", "active"), ("S07", "x")):
        new = NewScan(subject, arm, "D28", "cheek", None, None, reading)
        with store.write(by=MEMBER) as tx:
            with pytest.raises(DesignError) as refused:
                store_scan(tx, blinded, volume, new, shape=(120, 500, 1224))
            said.add(str(refused.value))
        with store.read() as tx:
            assert "S07" not in subject_table(tx, blinded)["subject_id"].tolist()
    assert len(said) == 1
    with store.write(by=MEMBER) as tx:
        new = NewScan("S01", "A", "D28", "cheek", None, None, reading)
        store_scan(tx, blinded, volume, new, shape=(120, 500, 1224))  # by its code it is harmless


def test_a_roster_with_real_arms_is_refused_line_by_line_alike(store: Store, blinded: int) -> None:
    """The preview of a roster would say which line changes nothing, and so who is where."""
    said = set()
    for arm in ("active", "placebo", "vitamin C"):
        file = read_roster("roster.csv", f"subject_id,arm\nS01,{arm}\nS02,{arm}\n".encode())
        with store.write(by=MEMBER) as tx:
            for verdict in preview_roster(tx, blinded, file):
                assert verdict.act == "refuse"
                said.add(verdict.words.replace(arm, "?"))
    assert len(said) == 1
    assert "sealed" in said.pop()


def test_an_administrator_allocates_by_name_and_no_sentence_tells_the_code(
    store: Store, blinded: int, put_scan: PutScan, ada: User
) -> None:
    """New subjects come while a trial is blinded, by a list that names the arms."""
    with store.write(by=User("Ada", verified=True)) as tx:
        add_subject(tx, blinded, "S03", arm="placebo")
        arm = find_sealed_arm(tx, tx.session.get_one(StudyRow, blinded), "active")
        assert arm.name == "A"
        with pytest.raises(DesignError, match="no arm of Serum, by its own name or by a code"):
            add_subject(tx, blinded, "S04", arm="vitamin C")
        assert subject_table(tx, blinded)["arm"].tolist() == ["A", "B", "B"]
    with pytest.raises(DesignError) as refused:
        put_scan("S01", arm="placebo", visit="D28")
    assert str(refused.value) == (
        "subject_id=S01 is in another arm; correct the arm, or change the subject's"
    )


def test_arms_cannot_be_made_or_renamed_behind_the_seal(
    store: Store, blinded: int, ada: User
) -> None:
    """A new arm under its own name would stand beside the codes."""
    with pytest.raises(DesignError, match="arms of Serum are sealed"), store.write(by=ada) as tx:
        add_arm(tx, blinded, ArmSpec("vehicle"))
    with pytest.raises(DesignError, match="arms of Serum are sealed"), store.write(by=ada) as tx:
        rename_arm(tx, 1, "vehicle")
    for other in (ArmSpec("vehicle"), ArmSpec("A", is_control=True), ArmSpec("active")):
        with store.write(by=ada) as tx, pytest.raises(DesignError, match="take a target only"):
            set_arms(tx, blinded, [(-1, other)])
    with store.write(by=ada) as tx:  # how many subjects are wanted may change
        set_arms(tx, blinded, [(-1, ArmSpec("A", target_n=12)), (-2, ArmSpec("B"))])
        assert [arm.target_n for arm in get_study(tx, blinded).arms] == [12, None]


def test_the_worker_is_no_administrator(store: Store, blinded: int) -> None:
    """What a job carries along from before the blinding would pass the seal."""
    with store.write(by=WORKER) as tx, pytest.raises(DesignError, match="sealed"):
        set_subject(tx, blinded, "S01", arm="active")
