"""The table in which files are looked at before they become scans."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.errors import DermdashError
from dermdash.imaging.volume import Reading
from dermdash.trial.leftovers import discard_volume
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain, plural, records
from dermdash.ui.guard import Access, refuse
from dermdash.ui.intake import (
    CELLS,
    ORDER,
    Candidate,
    Verdict,
    as_cells,
    first_cells,
    inspect,
    judge,
    store,
)
from dermdash.ui.naming import DEFAULT_PATTERN
from dermdash.ui.places import link

STATE = "intake"
SHOWN = (
    *("take", "verdict", "file", "subject_id", "arm", "visit", "site", "dej_um"),
    *("replicate", "map", "size", "spacing"),
)


@dataclass(frozen=True, slots=True)
class Intake:
    """Files and their cells, row by row, as judged for one study.

    turn : counts how often rows came or went, so that the editor starts anew
    """

    study_id: int
    candidates: tuple[Candidate, ...] = ()
    cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["take", *CELLS]))
    verdicts: tuple[Verdict, ...] = ()
    turn: int = 0


def current(access: Access, study: Study) -> Intake:
    """The session's files, judged for this study."""
    intake: Intake = st.session_state.get(STATE, Intake(study.study_id))
    if intake.study_id != study.study_id:
        intake = keep(access, study, intake.candidates, intake.cells, turn=intake.turn + 1)
    return intake


def keep(
    access: Access,
    study: Study,
    candidates: Sequence[Candidate],
    cells: pd.DataFrame,
    *,
    turn: int,
) -> Intake:
    """Judge all rows and remember them; where ``turn`` is new, those that need you go first."""
    cells = cells.reset_index(drop=True)
    verdicts = judge(access, study, candidates, cells)
    known: Intake | None = st.session_state.get(STATE)
    if known is None or turn != known.turn:
        order = sorted(range(len(verdicts)), key=lambda row: ORDER[verdicts[row].kind])
        candidates = [candidates[row] for row in order]
        verdicts = [verdicts[row] for row in order]
        cells = cells.iloc[order].reset_index(drop=True)
    intake = Intake(study.study_id, tuple(candidates), cells, tuple(verdicts), turn)
    st.session_state[STATE] = intake
    return intake


def arrive(access: Access, study: Study, candidates: Sequence[Candidate]) -> None:
    """Add files to the table, their cells filled from their names."""
    if not candidates:
        return
    intake = current(access, study)
    with access.read() as tx:
        roster = subject_table(tx, study.study_id)
    pattern = st.session_state.get("pattern", DEFAULT_PATTERN)
    cells = first_cells(candidates, study, roster, pattern).assign(take=True)
    everything = pd.concat([intake.cells, cells]) if len(intake.cells) else cells
    keep(access, study, [*intake.candidates, *candidates], everything, turn=intake.turn + 1)
    st.session_state.pop("intake_outcome", None)


def review(access: Access, study: Study) -> Intake:
    """Show the table and take over what is edited in it."""
    intake = current(access, study)
    if not intake.candidates:
        return intake
    st.subheader(summary(intake))
    shown = intake.cells.assign(
        verdict=[verdict.text for verdict in intake.verdicts],
        file=[candidate.name for candidate in intake.candidates],
        size=[candidate.size for candidate in intake.candidates],
        spacing=[candidate.spacing for candidate in intake.candidates],
        map=[candidate.dej_map is not None for candidate in intake.candidates],
    )
    edited = st.data_editor(
        shown,
        key=f"intake_{intake.turn}",
        hide_index=True,
        height=min(38 + 35 * len(shown), 520),
        disabled=["verdict", "file", "size", "spacing", "map"],
        column_order=SHOWN,
        placeholder="",
        column_config=_columns(study),
    )
    cells = as_cells(edited).assign(take=edited["take"].astype(bool))
    if not cells.equals(intake.cells[cells.columns]):
        keep(access, study, intake.candidates, cells, turn=intake.turn)
        st.rerun()
    return intake


def summary(intake: Intake) -> str:
    """The verdicts counted: "28 ready, 2 need you"."""
    taken = zip(intake.verdicts, intake.cells["take"], strict=True)
    count = Counter(verdict.kind for verdict, take in taken if take)
    parts = [f"{count['grade'] + count['store']} ready"]
    if count["already"]:
        parts.append(f"{count['already']} already stored")
    if count["you"]:
        parts.append(f"{count['you']} {'needs' if count['you'] == 1 else 'need'} you")
    return ", ".join(parts)


def verb(n_grade: int, n_store: int) -> str:
    """What the button does.

    >>> verb(28, 0), verb(1, 2), verb(0, 1)
    ('Store and grade 28 scans', 'Store 3 scans, grade 1', 'Store 1 scan')
    """
    total = n_grade + n_store
    noun = "scan" if total == 1 else "scans"
    if not n_store:
        return f"Store and grade {total} {noun}"
    return f"Store {total} {noun}" + (f", grade {n_grade}" if n_grade else "")


def store_ready(access: Access, study: Study, intake: Intake) -> None:
    """The one button: store what is ready and ticked, and say what came of it."""
    ready = [
        row
        for row, verdict in enumerate(intake.verdicts)
        if verdict.kind in ("grade", "store") and intake.cells["take"][row]
    ]
    kinds = Counter(intake.verdicts[row].kind for row in ready)
    with st.container(horizontal=True):
        go = st.button(
            verb(kinds["grade"], kinds["store"]),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready,
        )
        others = set(range(len(intake.candidates))) - set(ready)
        if others and st.button(f"Remove {plural(len(others), 'other')}", type="tertiary"):
            forget(access, study, intake, others)
    if not go:
        return
    rows, refused, stored = records(intake.cells), [], set()
    bar = st.progress(0.0)
    for number, row in enumerate(ready):
        candidate = intake.candidates[row]
        bar.progress(number / len(ready), f"Storing {plain(candidate.name)}")
        try:
            store(access, study, candidate, rows[row])
            stored.add(row)
        except DermdashError as error:
            refused.append(f"{candidate.name}: {error}")
    st.session_state["intake_outcome"] = (len(stored), kinds["grade"], refused)
    forget(access, study, intake, stored)


def forget(access: Access, study: Study, intake: Intake, rows: set[int]) -> None:
    """Take rows from the table; a file that no scan uses leaves the vault too."""
    with access.write() as tx:
        for row in rows:
            discard_volume(tx, intake.candidates[row].volume.sha256)
    left = [row for row in range(len(intake.candidates)) if row not in rows]
    keep(
        access,
        study,
        [intake.candidates[row] for row in left],
        intake.cells.iloc[left],
        turn=intake.turn + 1,
    )
    st.rerun()


def outcome() -> None:
    """What came of the last press of the button."""
    if "intake_outcome" not in st.session_state:
        return
    stored, graded, refused = st.session_state["intake_outcome"]
    noun = "scan" if stored == 1 else "scans"
    with st.container(border=True):
        st.markdown(
            f":material/check_circle: **Stored {stored} {noun}**"
            + (f", {graded} on the way to a grade." if graded else ".")
        )
        for sentence in refused:
            refuse(sentence)
        with st.container(horizontal=True):
            link("data/scan.py", "See the scans", icon="layers")
            link("tools/queue.py", "Watch the queue", icon="pending")


def read_all_again(access: Access, study: Study, reading: Reading, *, only_assumed: bool) -> None:
    """Read the files another way, and judge them again."""
    intake = current(access, study)
    again = [
        candidate
        if only_assumed and not candidate.needs_spacing
        else replace(inspect(candidate.name, candidate.volume, reading), dej_map=candidate.dej_map)
        for candidate in intake.candidates
    ]
    keep(access, study, again, intake.cells, turn=intake.turn + 1)


def _columns(study: Study) -> dict[str, Any]:
    column = st.column_config
    return {
        "take": column.CheckboxColumn("Take", width=90),
        "verdict": column.TextColumn("Verdict", width=230),
        "file": column.TextColumn("File", width=150),
        "subject_id": column.TextColumn("Subject", width=100),
        "arm": column.TextColumn(
            "Arm", help="Of the study: " + (", ".join(a.name for a in study.arms) or "none yet")
        ),
        "visit": column.TextColumn(
            "Visit", help="Of the study: " + (", ".join(v.name for v in study.visits) or "none yet")
        ),
        "site": column.TextColumn("Site", help="Where on the body, as cheek-left"),
        "replicate": column.NumberColumn("Replicate", min_value=1, step=1, width="small"),
        "dej_um": column.NumberColumn(
            "DEJ (µm)",
            width=115,
            min_value=0,
            help="Depth of the DEJ from the first slice",
            format="%.1f",
        ),
        "map": column.CheckboxColumn("DEJ map", width="small"),
        "size": column.TextColumn("Voxels (z × y × x)"),
        "spacing": column.TextColumn("Spacing (µm)"),
    }
