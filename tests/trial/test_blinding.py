"""A blinded study's arms go by codes wherever they are read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from sqlalchemy import select

from dermdash.errors import DesignError, InputError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.settings import Settings
from dermdash.trial import blinding
from dermdash.trial.blinding import (
    RealArm,
    read_seal,
    seal_arms,
    tell_tales,
    unseal_arms,
)
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import profiles
from dermdash.trial.life import study_events
from dermdash.trial.parts import set_arms
from dermdash.trial.phantoms import PhantomScan, request_phantom
from dermdash.trial.scans import scan_table
from dermdash.trial.schema import AllocationRow, ArmRow, SealedArmRow
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    add_subject,
    create_study,
    get_study,
    set_subject,
    subject_table,
)
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]
MEMBER = User("bo")


def test_every_reader_of_arms_sees_codes(store: Store, blinded: int, grade_all) -> None:
    """One table that forgets would tell everybody what everybody must not know."""
    grade_all()
    with store.read() as tx:
        study = get_study(tx, blinded)
        assert study.blinded
        assert [(arm.name, arm.label, arm.is_control) for arm in study.arms] == [
            ("A", "A", False),
            ("B", "B", False),
        ]
        assert [arm.colour for arm in study.arms] == ["#0072b2", "#e69f00"]
        assert [arm.arm_id for arm in study.arms] == [-1, -2], "an id tells what was made first"
        assert subject_table(tx, blinded)["arm"].tolist() == ["A", "B"]
        assert scan_table(tx, blinded)["arm"].tolist() == ["A", "B"]
        assert set(profiles(tx, blinded)["arm"]) == {"A", "B"}
        assert list_blinded(tx) == [True]


def list_blinded(tx: Transaction) -> list[bool]:
    from dermdash.trial.studies import list_studies

    return list(list_studies(tx)["blinded"])


@settings_of(max_examples=25)
@given(seed=st.integers(0, 2**62 - 1))
def test_codes_come_back_as_the_arms_they_were(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """A seal that mixes up two arms on the way back would turn the trial's result around."""
    with sealed_store(tmp_path_factory) as (store, study):
        ada = User("ada")
        with store.write(by=ada) as tx:
            before = get_study(tx, study)
            seal_arms(tx, study, seed=seed)
            codes = [arm.name for arm in get_study(tx, study).arms]
            assert codes == ["C", "D", "E"], "A and B are real names here"
            seals = tx.session.scalars(select(SealedArmRow.seed)).all()
            assert set(seals) == {seed}
            unseal_arms(tx, study)
            assert get_study(tx, study) == before
            tx.session.rollback()


def sealed_store(factory: pytest.TempPathFactory):
    """One store for all examples: a new one each would take a minute."""
    from contextlib import contextmanager

    @contextmanager
    def opened():
        home = factory.getbasetemp() / "codes"
        new = not home.exists()
        with open_store(Settings(home, processes=1)) as store:
            if new:
                arms = (ArmSpec("B", is_control=True), ArmSpec("A"), ArmSpec("active"))
                with store.write(by=User("ada")) as tx:
                    create_study(tx, name="Codes", kind="cohorts", arms=arms)
            yield store, 1

    return opened()


def test_the_codes_are_drawn_and_not_given_in_order(store: Store, ada: User) -> None:
    """Codes in the order of the arms' making would be no codes."""
    seen = set()
    with store.write(by=ada) as tx:
        arms = [ArmSpec(name) for name in ("x1", "x2", "x3")]
        study = create_study(tx, name="Three", kind="cohorts", arms=arms)
        for _ in range(40):
            seal_arms(tx, study)
            order = select(ArmRow.name).where(ArmRow.study_id == study).order_by(ArmRow.id)
            seen.add(tuple(tx.session.scalars(order)))
            unseal_arms(tx, study)
    assert len(seen) == 6


def test_a_study_that_cannot_be_blinded_says_why(store: Store, study: int, ada: User) -> None:
    """A seal over a study with one arm, or one that was seen, would promise what does not hold."""
    with store.write(by=ada) as tx:
        single = create_study(tx, name="One", kind="cohorts", arms=[ArmSpec("all")])
        with pytest.raises(DesignError, match="has 1 arm, and nothing to hide"):
            seal_arms(tx, single)
        seal_arms(tx, study)
        with pytest.raises(DesignError, match="blinded already"):
            seal_arms(tx, study)
    with store.write(by=MEMBER) as tx, pytest.raises(InputError, match="administrator: Ada"):
        seal_arms(tx, single)


def test_scans_in_the_making_keep_a_study_from_being_blinded(
    store: Store, study: int, ada: User
) -> None:
    """The worker would bring an arm's own name into the study behind the seal."""
    recipe = Recipe(quality=(2.0,), shape=(130, 400, 400), seed=1)
    scan = PhantomScan(recipe, "S01", "active", "D0", "cheek")
    with store.write(by=ada) as tx:
        request_phantom(tx, study, scan)
        with pytest.raises(DesignError, match="1 scans of Serum are still on the way"):
            seal_arms(tx, study)


def test_what_tells_the_arms_apart_is_said_before_they_are_sealed(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """A seal over arms of 3 and 1 subjects, or files named by arm, hides nothing."""
    with store.read() as tx:
        assert tell_tales(tx, study) == []
    for number in range(3):
        put_scan(f"S0{number}", arm="active", file_name=f"S0{number}_ACTIVE.tif")
    put_scan("S09", arm="placebo", file_name="hyperactive.tif")
    with store.write(by=ada) as tx:
        set_arms(tx, study, [(1, ArmSpec("placebo", True, 5)), (2, ArmSpec("active", False, 10))])
        files, targets, sizes = tell_tales(tx, study)
        assert files.startswith("3 file names hold an arm's name")
        assert "target numbers differ" in targets
        assert sizes.startswith("arms of 1 and 3 subjects")
        seal_arms(tx, study)
        assert set(scan_table(tx, study)["file_name"]) == {
            *(f"S0{number}_(sealed).tif" for number in range(3)),
            "hyperactive.tif",
        }


def test_reading_the_seal_is_an_act_that_stays(store: Store, blinded: int, ada: User) -> None:
    """Who knew what, and since when, is the first question about a blinded trial."""
    with store.write(by=MEMBER) as tx, pytest.raises(InputError, match="may not read the seal"):
        read_seal(tx, blinded)
    with store.write(by=ada) as tx:
        assert read_seal(tx, blinded) == (
            RealArm("A", "active", is_control=False),
            RealArm("B", "placebo", is_control=True),
        )
        assert [(one.act, one.author) for one in study_events(tx, blinded)] == [
            ("seal read", "ada"),
            ("blinded", "ada"),
        ]


def test_sides_of_a_face_are_sealed_as_arms_are(store: Store, ada: User) -> None:
    """Which cheek had the product is the whole secret of a hemi-face trial."""
    with store.write(by=ada) as tx:
        study = create_study(
            tx,
            name="Half",
            kind="hemi_face",
            arms=[ArmSpec("active"), ArmSpec("vehicle", is_control=True)],
            sites=[SiteSpec("left", "left"), SiteSpec("right", "right")],
        )
        add_subject(tx, study, "S01")
        for site, arm in (("left", "vehicle"), ("right", "active")):
            set_subject(tx, study, "S01", arm=arm, site=site)
        seal_arms(tx, study)
        assert subject_table(tx, study)["arm"].tolist() == ["A / B"]
        with pytest.raises(DesignError, match="the sealed arm of S01 names no site"):
            set_subject(tx, study, "S01", arm="active")
        set_subject(tx, study, "S01", arm="active", site="right")
        unseal_arms(tx, study)
        assert subject_table(tx, study)["arm"].tolist() == ["active / vehicle"]


def test_nobody_else_reads_the_seal() -> None:
    """A second reader of the sealed names would be a second place to leak from."""
    room = Path(blinding.__file__).parents[1]
    readers = {
        path.name
        for path in room.rglob("*.py")
        if "SealedArmRow" in path.read_text() or 'sealed_arm"' in path.read_text()
    }
    assert readers - {"0003_conduct_of_a_study.py"} == {
        "blinding.py",  # seals, reads, puts back
        "conduct.py",  # the table
        "schema.py",  # names it
        "masking.py",  # hides it in the audit
    }


def test_allocations_stay_as_they_are(store: Store, blinded: int, model: Model) -> None:
    """Who is in which arm is the trial; the seal changes names only."""
    with store.read() as tx:
        rows = tx.session.execute(
            select(SealedArmRow.name)
            .join(AllocationRow, AllocationRow.arm_id == SealedArmRow.arm_id)
            .order_by(AllocationRow.subject_id)
        ).all()
    assert [name for (name,) in rows] == ["active", "placebo"]
