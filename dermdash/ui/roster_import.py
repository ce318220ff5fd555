"""A roster from a file: what each row would do, then all that may be done in one press."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dermdash.errors import DermdashError, DesignError
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.covariates import CovariateSpec
from dermdash.trial.dates import DayOrder
from dermdash.trial.roster import Verdict, apply_roster, file_covariates, preview_roster
from dermdash.trial.roster_file import MAX_BYTES, RosterFile, read_roster
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural, records
from dermdash.ui.covariate_parts import KINDS, spec_columns, specs_of
from dermdash.ui.guard import Access, known, refuse
from dermdash.ui.uploads import receive

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TYPES = ["csv", "txt", "tsv", "xlsx", "xlsm"]
ACTS = {"refuse": "refused", "change": "change", "add": "add", "same": "nothing"}
HELP = (
    "One row a subject: subject_id, arm (in a hemi-face study arm_left and arm_right), and where "
    "you have them status, reason, withdrawn_on, full_analysis, per_protocol, population_reason; "
    "every other column is a covariate. An empty cell changes nothing."
)
SAMPLES = {
    "arm": pd.DataFrame(
        {
            "subject_id": ["S01", "S02", "S03", "S04"],
            "arm": ["placebo", "active", "placebo", "active"],
            "status": ["active", "active", "withdrawn", "active"],
            "reason": ["", "", "moved away", ""],
            "withdrawn_on": ["", "", "2026-03-14", ""],
            "per_protocol": ["yes", "yes", "no", "yes"],
            "population_reason": ["", "", "no visit after baseline", ""],
            "age": ["34", "41", "29", "57"],
            "phototype": ["II", "III", "II", "IV"],
            "smoker": ["no", "yes", "no", "no"],
        }
    ),
    "arm_left": pd.DataFrame(
        {
            "subject_id": ["S01", "S02", "S03"],
            "arm_left": ["active", "placebo", "active"],
            "arm_right": ["placebo", "active", "placebo"],
            "age": ["34", "41", "29"],
            "phototype": ["II", "III", "II"],
        }
    ),
}


def import_roster(access: Access, study: Study) -> None:
    """Take a file, show what each of its rows would do, and apply them."""
    key = f"roster_file_{study.study_id}"
    take_file(key, hemi_face=study.kind == "hemi_face")
    file: RosterFile | None = st.session_state.get(key)
    if file is None or not known(access, place="import"):
        return
    try:
        order = ask_order(file, key)
        kinds = _ask_kinds(access, study, file, key)
        with access.write() as tx:
            verdicts = preview_roster(tx, study.study_id, file, kinds=kinds, order=order)
    except DermdashError as error:
        refuse(error)
        put_away(key)
        return
    show_verdicts(file, verdicts, key)
    n = sum(verdict.act in ("add", "change") for verdict in verdicts)
    with st.container(horizontal=True):
        apply = st.button(
            f"Apply {plural(n, 'row')}", type="primary", disabled=not n, key=f"{key}_go"
        )
        put_away(key)
    if apply:
        try:
            with access.write() as tx:
                if apply_roster(tx, study.study_id, file, kinds=kinds, order=order) != verdicts:
                    raise DesignError(
                        "the study was changed since this preview; look at the rows again"
                    )
        except DermdashError as error:
            refuse(error)
            return
        st.session_state[f"{key}_done"] = (
            f"Applied {file.name}: {count_words(verdicts, done=True)}."
        )
        st.session_state.pop(key)
        st.rerun()


def show_applied(study: Study) -> None:
    """What the file did that was just applied, once."""
    if applied := st.session_state.pop(f"roster_file_{study.study_id}_done", None):
        st.success(plain(applied), icon=":material/check:")


def take_file(key: str, *, hemi_face: bool) -> None:
    """An uploader, with a sample; the roster that was read lies in the session under ``key``."""

    def take(name: str, upload: "UploadedFile") -> RosterFile:
        return read_roster(name, upload.getvalue())

    for file in receive(
        "Roster (CSV or workbook)",
        take,
        key=f"{key}_up",
        types=TYPES,
        help=HELP,
        most_mb=MAX_BYTES // 1_000_000,
    ):
        st.session_state[key] = file
    sample = SAMPLES["arm_left" if hemi_face else "arm"]
    st.download_button(
        "Download a sample roster",
        lambda: csv_bytes(sample),
        "sample roster.csv",
        icon=":material/download:",
        type="tertiary",
        key=f"{key}_sample",
    )


def put_away(key: str) -> None:
    """A button that forgets the file."""
    if st.button("Put the file away", key=f"{key}_away"):
        st.session_state.pop(key, None)
        st.rerun()


def ask_order(file: RosterFile, key: str) -> DayOrder | None:
    """What stands first in days such as 03/01/2026; asked only where the file has such."""
    days = [line.cells.get("withdrawn_on", "") for line in file.lines]
    slashed = next((day for day in days if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", day)), None)
    if slashed is None:
        return None
    orders: list[DayOrder] = ["day first", "month first"]
    return st.segmented_control(
        f"In days such as {slashed}, what stands first?",
        orders,
        format_func={"day first": "the day", "month first": "the month"}.__getitem__,
        key=f"{key}_order",
    )


def show_verdicts(file: RosterFile, verdicts: Sequence[Verdict], key: str) -> None:
    """The file in a sentence, then its rows: those refused first."""
    st.markdown(f"**{plain(file.name)}**: {plain(count_words(verdicts))}.")
    table = verdict_table(verdicts)
    st.dataframe(
        table,
        hide_index=True,
        height=min(38 + 35 * len(table), 320),
        column_config={
            "Row": st.column_config.NumberColumn(width=50),
            "Act": st.column_config.TextColumn(width=90),
            "What it would do": st.column_config.TextColumn(width="large"),
        },
    )
    refused = [verdict for verdict in verdicts if verdict.act == "refuse"]
    if refused:
        st.download_button(
            f"Download {plural(len(refused), 'refused row')}",
            lambda: csv_bytes(refused_rows(file, refused)),
            "refused rows.csv",
            icon=":material/download:",
            key=f"{key}_refused",
        )


def count_words(verdicts: Sequence[Verdict], *, done: bool = False) -> str:
    """
    >>> found = [Verdict(2, "S1", "add", ""), Verdict(3, "S2", "refuse", "twice")]
    >>> count_words(found), count_words(found, done=True)
    ('1 to add, 1 refused', '1 added, 1 refused')
    """
    words = {
        "add": "added" if done else "to add",
        "change": "changed" if done else "to change",
        "same": "unchanged",
        "refuse": "refused",
    }
    counts = {act: sum(verdict.act == act for verdict in verdicts) for act in words}
    return ", ".join(f"{n} {words[act]}" for act, n in counts.items() if n)


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """What each row does, those that need a person first."""
    first = list(ACTS)
    ordered = sorted(verdicts, key=lambda verdict: first.index(verdict.act))
    return pd.DataFrame(
        {
            "Row": [verdict.line for verdict in ordered],
            "Subject": [verdict.subject_id for verdict in ordered],
            "Act": [ACTS[verdict.act] for verdict in ordered],
            "What it would do": [verdict.words for verdict in ordered],
        }
    )


def refused_rows(file: RosterFile, refused: Sequence[Verdict]) -> pd.DataFrame:
    """The rows as they stand in the file, with why each was refused."""
    cells = {line.number: line.cells for line in file.lines}
    return pd.DataFrame(
        [
            {column: cells[verdict.line].get(column, "") for column in file.columns}
            | {"refused": verdict.words}
            for verdict in refused
        ]
    )


def _ask_kinds(
    access: Access, study: Study, file: RosterFile, key: str
) -> tuple[CovariateSpec, ...]:
    """The kinds of covariates that the study does not know yet, as they look, to be corrected."""
    with access.read() as tx:
        found = file_covariates(tx, study.study_id, file)
    if not found:
        return ()
    st.caption("New covariates; correct what they are before the first import.")
    table = pd.DataFrame(
        {
            "covariate": [spec.name for spec in found],
            "kind": [KINDS[spec.kind] for spec in found],
            "unit": pd.Series([spec.unit for spec in found], dtype="str"),
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        key=f"{key}_kinds",
        disabled=["covariate"],
        column_config=spec_columns(),
        placeholder="",
    )
    return specs_of(records(edited))
