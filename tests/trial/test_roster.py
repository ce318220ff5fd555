"""A roster file does what its preview says: row by row, all that it may and nothing else."""

from contextlib import suppress
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dermdash.errors import InputError
from dermdash.identity import User
from dermdash.reporting.tables import csv_bytes
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.covariates import (
    CovariateKind,
    CovariateSpec,
    list_covariates,
    set_covariate,
)
from dermdash.trial.database import Store, open_store
from dermdash.trial.roster import (
    SubjectEdit,
    Verdict,
    apply_roster,
    file_covariates,
    preview_roster,
    save_edits,
)
from dermdash.trial.roster_file import RosterFile, read_roster
from dermdash.trial.roster_table import export_table, roster_table
from dermdash.trial.schema import SubjectRow
from dermdash.trial.studies import ArmSpec, SiteSpec, create_study, get_study
from dermdash.trial.transaction import Transaction

ADA = User("ada", verified=True)


def roster(text: str) -> RosterFile:
    return read_roster("roster.csv", text.encode())


def apply(store: Store, study: int, text: str, **how: object) -> list[Verdict]:
    with store.write(by=ADA) as tx:
        return list(apply_roster(tx, study, roster(text), **how))  # type: ignore[arg-type]


def row_of(store: Store, study: int, code: str) -> dict[str, object]:
    with store.read() as tx:
        table = roster_table(tx, study)
    return table[table["subject_id"] == code].iloc[0].dropna().to_dict()


@pytest.fixture
def hemi(store: Store) -> int:
    with store.write(by=ADA) as tx:
        return create_study(
            tx,
            name="Two sides",
            kind="hemi_face",
            arms=[ArmSpec("placebo", is_control=True), ArmSpec("active")],
            sites=[SiteSpec("cheek-left"), SiteSpec("cheek-right")],
        )


def test_a_preview_says_row_by_row_what_would_be_done_and_does_nothing(
    store: Store, study: int
) -> None:
    """Nobody could see what a file does before it has done it."""
    apply(store, study, "subject_id,arm,age\nS01,placebo,34\nS02,active,50\n")
    text = "subject_id,arm,age\nS01,active,35\nS02,active,50\nS03,placebo,61\nS04,verum,1\n,,3\n"
    with store.write(by=ADA) as tx:
        before, audit = roster_table(tx, study), len(history(tx))
        verdicts = preview_roster(tx, study, roster(text))
    assert [(v.line, v.act, v.words) for v in verdicts] == [
        (2, "change", "arm placebo → active, age 34 → 35"),
        (3, "same", "nothing to change"),
        (4, "add", "arm placebo, age 61"),
        (5, "refuse", "arm=verum of S04 is unknown in this study; its arms are: placebo, active"),
        (6, "refuse", "the subject has no code; write one"),
    ]
    with store.read() as tx:
        pd.testing.assert_frame_equal(roster_table(tx, study), before)
        assert len(history(tx)) == audit


def test_what_was_previewed_is_applied_and_refused_rows_are_left_out(
    store: Store, study: int
) -> None:
    """One bad row of two hundred would hold up the others, or come in with them."""
    text = "subject_id,arm,age\nS01,placebo,34\nS02,verum,50\nS03,active,old\n"
    with store.write(by=ADA) as tx:
        previewed = preview_roster(tx, study, roster(text), kinds=[CovariateSpec("age", "number")])
    applied = apply(store, study, text, kinds=[CovariateSpec("age", "number", "years")])
    assert [v.act for v in applied] == [v.act for v in previewed] == ["add", "refuse", "refuse"]
    assert "age=old is no number" in applied[2].words
    with store.read() as tx:
        assert roster_table(tx, study)["subject_id"].tolist() == ["S01"]
        assert list_covariates(tx, study) == (CovariateSpec("age", "number", "years"),)


REFUSED = {
    "two arms": ("S1,placebo\nS1,active", "is in two arms, active and placebo"),
    "twice": ("S1,active\nS1,active", "stands twice"),
    "only case": ("S1,active\ns1,active", "differs from S1 only in case"),
    "known in another case": ("k01,active", "differs from K01 only in case; write K01"),
    "no code": (",active", "has no code"),
    "too long a code": (f"{'S' * 90},active", "has 90 characters"),
    "unknown arm": ("S1,Active", "arm=Active of S1 is unknown"),
    "more cells than columns": ("S1,active,x", "stands under no column"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_row_that_contradicts_is_refused_with_the_reason(
    store: Store, study: int, kind: str
) -> None:
    """A subject would be counted in two arms, or as two."""
    rows, sentence = REFUSED[kind]
    apply(store, study, "subject_id,arm\nK01,placebo\n")
    verdicts = apply(store, study, f"subject_id,arm\n{rows}\n")
    assert {verdict.act for verdict in verdicts} == {"refuse"}
    assert sentence in verdicts[-1].words
    with store.read() as tx:
        assert roster_table(tx, study)["subject_id"].tolist() == ["K01"]


def test_names_that_are_formulas_or_markup_are_kept_as_text(store: Store, study: int) -> None:
    """A code would be run by a spreadsheet, or lost."""
    apply(store, study, "subject_id,note\n=cmd|x,<img src=x>\n+1,@a\n")
    with store.read() as tx:
        table = roster_table(tx, study)
    assert table[["subject_id", "note"]].to_numpy().tolist() == [
        ["+1", "@a"],
        ["=cmd|x", "<img src=x>"],
    ]
    assert b"\n'=cmd|x," in csv_bytes(export_table(table))


CONDUCT = "subject_id,status,reason,withdrawn_on,full_analysis,per_protocol,population_reason\n"


def test_withdrawal_and_populations_come_with_their_reasons(store: Store, study: int) -> None:
    """Who left, when and why, and who counts in which analysis, would be known to nobody."""
    apply(store, study, CONDUCT + "S1,withdrawn,moved away,01.03.2026,,no,missed D28\n")
    row = row_of(store, study, "S1")
    assert row["withdrawn_on"] == date(2026, 3, 1)
    assert (row["reason"], row["full_analysis"], row["per_protocol"]) == ("moved away", True, False)
    (verdict,) = apply(store, study, CONDUCT + "S1,active,,,,yes,\n")
    assert "status withdrawn → active" in verdict.words
    assert "population_reason" not in row_of(store, study, "S1")
    assert "withdrawn_on" not in row_of(store, study, "S1")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("left,ill,,,,", "status=left of S1 is unknown; write active or withdrawn"),
        ("withdrawn,,,,,", "withdrawn without a reason"),
        ("withdrawn,ill,2099-01-01,,,", "lies in the future"),
        ("withdrawn,ill,03/01/2026,,,", "3 January or 1 March; say which stands first"),
        ("withdrawn,ill,30.02.2026,,,", "'30.02.2026' is no day"),
        (",ill,,,,", "reason=ill of S1, who is active"),
        (",,2026-03-01,,,", "withdrawn_on=2026-03-01 of S1, who is active"),
        (",,,maybe,,", "full_analysis=maybe says neither yes nor no"),
        (",,,,no,", "left out of a population without a reason"),
        (",,,no,yes,none", "per protocol but not in the full analysis set"),
    ],
)
def test_a_status_that_contradicts_itself_is_refused(
    store: Store, study: int, cells: str, sentence: str
) -> None:
    """An analysis would leave out, or keep, somebody for no reason that can be read."""
    (verdict,) = apply(store, study, f"{CONDUCT}S1,{cells}\n")
    assert (verdict.act, sentence in verdict.words) == ("refuse", True), verdict.words


def test_dates_are_read_in_three_styles_and_the_ambiguous_one_as_told(
    store: Store, study: int
) -> None:
    """3 January would become 1 March without anybody having said so."""
    days = ["2026-03-01", "01.03.2026", "03/01/2026", "03/31/2026"]
    text = CONDUCT + "".join(f"S{n},withdrawn,ill,{day},,,\n" for n, day in enumerate(days))
    assert [v.act for v in apply(store, study, text)] == ["add", "add", "refuse", "add"]
    verdicts = apply(store, study, text, order="month first")
    assert [v.act for v in verdicts] == ["same", "same", "add", "same"]
    assert row_of(store, study, "S2")["withdrawn_on"] == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("subject_id,depth_um\nS1,3\n", "covariate=depth_um is a column of every table"),
        ("subject_id,arm_left\nS1,active\n", "its subjects have one arm each: arm"),
        ("subject_id,age,Age\nS1,3,4\n", "covariate=Age differs from age only in case"),
        (f"subject_id,{','.join(f'c{n}' for n in range(101))}\nS1\n", "101 columns of covariates"),
    ],
)
def test_a_column_that_cannot_be_kept_refuses_the_file(
    store: Store, study: int, text: str, sentence: str
) -> None:
    """Half of a file's columns would be taken, and nobody would know which."""
    with pytest.raises(InputError, match=sentence):
        apply(store, study, text)
    with store.read() as tx:
        assert roster_table(tx, study).empty


def test_sides_are_allocated_in_columns_of_their_own(store: Store, hemi: int) -> None:
    """In a hemi-face study the sides could not be told apart."""
    head = "subject_id,arm_left,arm_right\n"
    (verdict,) = apply(store, hemi, head + "S1,active,placebo\n")
    assert verdict.words == "arm left active, arm right placebo"
    row = row_of(store, hemi, "S1")
    assert (row["arm_left"], row["arm_right"]) == ("active", "placebo")
    (verdict,) = apply(store, hemi, head + "S1,placebo,active\n")
    assert verdict.act == "change"
    (verdict,) = apply(store, hemi, head + "S1,active,\n")
    assert (
        verdict.words == "both sides of S1 are in active; in a hemi-face study they are in two arms"
    )
    with pytest.raises(InputError, match="has an arm a side: arm_left, arm_right"):
        apply(store, hemi, "subject_id,arm\nS1,active\n")


def test_kinds_are_inferred_once_and_kept(store: Store, study: int) -> None:
    """An age typed as text would be filtered as text, from one file to the next."""
    head = "subject_id,age,smoker,skin\n"
    with store.read() as tx:
        found = file_covariates(tx, study, roster(head + "S1,34,yes,II\nS2,NA,no,III\n"))
    assert [(spec.name, spec.kind) for spec in found] == [
        ("age", "number"),
        ("smoker", "yes_no"),
        ("skin", "category"),
    ]
    apply(store, study, head + "S1,34,yes,II\nS2,NA,no,III\n")
    (verdict,) = apply(store, study, head + "S2,old,no,III\n")
    assert verdict.words == "age=old is no number; write digits only, as 34 or 5.2"
    assert row_of(store, study, "S1")["age"] == 34
    with store.read() as tx:
        stored = tx.session.scalars(select(SubjectRow.covariates).order_by(SubjectRow.code)).all()
    assert stored[0] == {"age": 34, "smoker": True, "skin": "II"}


def test_edits_of_two_people_meet(store: Store, study: int) -> None:
    """The second of two who edit one subject would undo the first without knowing."""
    apply(store, study, "subject_id,age\nS1,34\nS2,50\n")
    seen = int(str(row_of(store, study, "S1")["version"]))
    with store.write(by=ADA) as tx:
        save_edits(tx, study, [SubjectEdit("S1", {"age": 35}, seen)])
    late = [SubjectEdit("S2", {"age": 51}, seen), SubjectEdit("S1", {"age": 36}, seen)]
    with pytest.raises(InputError, match="S1 was changed"), store.write(by=ADA) as tx:
        save_edits(tx, study, late)
    assert row_of(store, study, "S1")["age"] == 35
    assert row_of(store, study, "S2")["age"] == 50


def test_a_code_is_corrected_and_its_history_stays(store: Store, study: int) -> None:
    """A mistyped code would stay for ever."""
    apply(store, study, "subject_id,age\nS1,34\nS2,50\n")
    with store.write(by=ADA) as tx:
        save_edits(tx, study, [SubjectEdit("S1", {"subject_id": "S01"})])
        with pytest.raises(InputError, match="S2 exists already"):
            save_edits(tx, study, [SubjectEdit("S01", {"subject_id": "S2"})])
        assert roster_table(tx, study)["subject_id"].tolist() == ["S01", "S2"]
        assert history(tx, entity="subject 1")["act"].tolist() == ["changed", "added"]


KINDS: dict[str, CovariateKind] = {"note": "text", "n": "number", "yes": "yes_no"}
WORDS = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split()))
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6, allow_subnormal=False))


@settings(max_examples=25)
@given(
    codes=st.lists(WORDS, max_size=4),
    notes=st.lists(WORDS, min_size=4, max_size=4),
    numbers=st.lists(st.none() | NUMBERS, min_size=4, max_size=4),
    truths=st.lists(st.none() | st.booleans(), min_size=4, max_size=4),
)
def test_a_roster_that_was_exported_and_comes_back_changes_nothing(
    law: Store, codes: list[str], notes: list[str], numbers: list[float], truths: list[bool]
) -> None:
    """A download, looked at and given back, would change the trial."""
    with law.write(by=ADA) as tx:
        attempt = tx.session.begin_nested()
        study = _filled(tx, codes, notes, numbers, truths)
        before = roster_table(tx, study)
        if len(before):
            file = read_roster("r.csv", csv_bytes(export_table(before)))
            verdicts = apply_roster(tx, study, file)
            assert {v.act for v in verdicts} == {"same"}, verdicts
            pd.testing.assert_frame_equal(roster_table(tx, study), before)
        attempt.rollback()


def _filled(tx: Transaction, codes: list[str], *columns: list[object]) -> int:
    study = create_study(tx, name="law", kind="cohorts", arms=[ArmSpec("=a"), ArmSpec("'b")])
    for name, kind in KINDS.items():
        set_covariate(tx, study, CovariateSpec(name, kind))
    for place, code in enumerate(codes):
        arm = get_study(tx, study).arms[place % 2].name
        values = dict(zip(KINDS, (column[place] for column in columns), strict=True))
        with suppress(InputError):  # two codes alike, or none
            save_edits(tx, study, [SubjectEdit(None, {"subject_id": code, "arm": arm} | values)])
    return study


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with open_store(Settings(tmp_path_factory.mktemp("law") / "home")) as opened:
        yield opened
