"""A blinded study's arms go by codes wherever they are read, and nobody learns more by asking."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from sqlalchemy import select

from dermdash.errors import DesignError, InputError
from dermdash.grading.model import Model
from dermdash.identity import WORKER, User
from dermdash.imaging.phantom.recipe import Recipe
from dermdash.settings import Settings
from dermdash.trial import blinding
from dermdash.trial.audit import history
from dermdash.trial.blinding import (
    RealArm,
    find_sealed_arm,
    read_seal,
    seal_arms,
    tell_tales,
    unseal_arms,
)
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import profiles
from dermdash.trial.life import lock_data, study_events, unblind
from dermdash.trial.parts import set_arms
from dermdash.trial.phantoms import PhantomScan, request_phantom
from dermdash.trial.plans import current_plan, lock_plan, plan_history, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.results import ResultKey, get_result, keep_result, software_version
from dermdash.trial.roster import preview_roster
from dermdash.trial.roster_file import read_roster
from dermdash.trial.scans import exclude_scan, scan_table
from dermdash.trial.schema import AllocationRow, ArmRow, SealedArmRow, StudyRow
from dermdash.trial.studies import (
    ArmSpec,
    SiteSpec,
    add_arm,
    add_subject,
    create_study,
    get_study,
    rename_arm,
    set_subject,
    subject_table,
)
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]
MEMBER = User("bo")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Ada is the administrator here."""
    return replace(settings, administrators=("Ada",))


@pytest.fixture
def blinded(store: Store, study: int, put_scan: PutScan, ada: User) -> int:
    """S01 in active, S02 in placebo; ``active``, made second, is A."""
    put_scan("S01", arm="active")
    put_scan("S02", arm="placebo")
    with store.write(by=ada) as tx:
        seal_arms(tx, study, seed=seed_that_swaps(tx, study))
    return study


def seed_that_swaps(tx: Transaction, study: int) -> int:
    """A seed by which the second arm is A; the drawing is undone."""
    for seed in range(20):
        with tx.session.begin_nested() as trial:
            seal_arms(tx, study, seed=seed)
            names = tx.session.scalars(
                select(ArmRow.name).where(ArmRow.study_id == study).order_by(ArmRow.id)
            ).all()
            trial.rollback()
        if names == ["B", "A"]:
            return seed
    raise AssertionError("no seed swaps two arms")


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


def test_a_plan_shows_no_arm_while_they_are_sealed(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """By the codes of its arms the plan's control would be plain to everybody."""
    asked = {"control": "placebo", "primary": ("active", "placebo", "D28")}
    with store.write(by=ada) as tx:
        plan = replace(blank_plan(get_study(tx, study)), **asked)
        version = write_plan(tx, study, plan)
        seal_arms(tx, study, seed=seed_that_swaps(tx, study))
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
        seal_arms(tx, study, seed=seed_that_swaps(tx, study))
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


def test_the_worker_is_no_administrator(store: Store, blinded: int) -> None:
    """What a job carries along from before the blinding would pass the seal."""
    with store.write(by=WORKER) as tx, pytest.raises(DesignError, match="sealed"):
        set_subject(tx, blinded, "S01", arm="active")


def test_allocations_stay_as_they_are(store: Store, blinded: int, model: Model) -> None:
    """Who is in which arm is the trial; the seal changes names only."""
    with store.read() as tx:
        rows = tx.session.execute(
            select(SealedArmRow.name)
            .join(AllocationRow, AllocationRow.arm_id == SealedArmRow.arm_id)
            .order_by(AllocationRow.subject_id)
        ).all()
    assert [name for (name,) in rows] == ["active", "placebo"]
