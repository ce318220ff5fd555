"""The table in which files are looked at before they become scans."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.imaging.dej import Dej
from dermdash.imaging.looks import FileLook
from dermdash.trial.contents import StoredFile, asked_contents, stored_files
from dermdash.trial.inbox import WaitingFile, list_inbox, list_uploads
from dermdash.trial.intake import end_move
from dermdash.trial.looks import find_looks, request_looks
from dermdash.trial.masking import text_mask
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.guard import Access
from dermdash.ui.intake import (
    CELLS,
    ORDER,
    Candidate,
    Verdict,
    as_cells,
    first_cells,
)
from dermdash.ui.naming import DEFAULT_PATTERN
from dermdash.ui.verdicts import Known, forget_refusals, judge

STATE = "intake"
SHOWN = (
    *("take", "verdict", "file", "subject_id", "arm", "visit", "site", "dej_um"),
    *("replicate", "map", "folder", "size", "spacing"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """What was said about a file that the file does not say itself."""

    spacing_um: tuple[float, float, float] | None = None
    dej_map: Dej | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Files and their cells, row by row, as judged for one study.

    turn : counts how often rows came or went, so that the editor starts anew
    changed : by more than an edit of its own, so that it is put in order again
    problems : what is wrong with the inbox itself
    hidden : how many files are not shown, since they are stored or being stored
    """

    study_id: int
    candidates: tuple[Candidate, ...] = ()
    cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["take", *CELLS]))
    verdicts: tuple[Verdict, ...] = ()
    turn: int = 0
    changed: bool = False
    problems: tuple[str, ...] = ()
    hidden: int = 0

    @property
    def waiting(self) -> int:
        """Rows of which nobody can say yet what would come of them."""
        return sum(verdict.kind == "wait" for verdict in self.verdicts)


def current(study: Study) -> Intake:
    """The session's table, as it was last judged for this study."""
    intake: Intake = st.session_state.get(STATE, Intake(study.study_id))
    return intake if intake.study_id == study.study_id else Intake(study.study_id)


def refresh(access: Access, study: Study) -> Intake:
    """Take in what lies in the inbox and among the uploads now, and judge it."""
    inbox, uploads = (
        list_inbox(access.store.settings),
        list_uploads(access.store.settings, study.study_id),
    )
    files = [*uploads.files, *inbox.files]
    with access.read() as tx:
        looks = find_looks(tx, files)
        contents = [look.sha256 for look in looks.values() if look.sha256]
        stored = stored_files(tx, study.study_id, contents)
        asked = asked_contents(tx, study.study_id)
        roster = subject_table(tx, study.study_id)
    if any(not file.problem and file.path not in looks for file in files):
        with access.write() as tx:
            request_looks(tx, files)
    files = [file for file in files if not _moved(file, looks.get(file.path), stored)]
    hidden = {
        file.path
        for file in files
        if (look := looks.get(file.path)) is not None
        and (look.sha256 in asked or _is_there(file, look.sha256, stored))
    }
    if st.session_state.get("show_stored"):
        hidden = {path for path in hidden if looks[path].sha256 in asked}
    given: Mapping[object, Given] = st.session_state.get("intake_given", {})
    axes = st.session_state.get("axes")
    candidates = []
    for file in files:
        if file.path not in hidden:
            look, own = looks.get(file.path), given.get(file.path, Given())
            read = look and look.read_as(axes, own.spacing_um)
            candidates.append(Candidate(file, read, own.dej_map))
    known = Known(stored, frozenset(roster["subject_id"]))
    cells = _cells_of(study, candidates, roster, hiding(access, study))
    verdicts = judge(access, study, candidates, cells, known)
    intake = Intake(
        study.study_id,
        tuple(candidates),
        cells,
        tuple(verdicts),
        problems=inbox.problems,
        hidden=len(hidden),
    )
    return _keep(current(study), intake)


def change_cells(study: Study, cells: pd.DataFrame) -> None:
    """Write other cells into the table's rows; the next run judges them."""
    now = replace(current(study), cells=cells.reset_index(drop=True), changed=True)
    st.session_state[STATE] = now
    forget_refusals()


def say_about(given: Mapping[object, Given]) -> None:
    """Remember what was said about files, by their paths."""
    known: dict[object, Given] = st.session_state.setdefault("intake_given", {})
    known.update(given)


def review(access: Access, study: Study, intake: Intake) -> None:
    """Show the table and take over what is edited in it."""
    hide = hiding(access, study)
    shown = intake.cells.assign(
        verdict=[hide(verdict.text) for verdict in intake.verdicts],
        file=[hide(candidate.file_name) for candidate in intake.candidates],
        folder=[hide(candidate.folder) for candidate in intake.candidates],
        size=[candidate.size for candidate in intake.candidates],
        spacing=[candidate.spacing for candidate in intake.candidates],
        map=[candidate.dej_map is not None for candidate in intake.candidates],
    )
    edited = st.data_editor(
        shown,
        key=f"intake_{intake.turn}",
        hide_index=True,
        height=min(38 + 35 * len(shown), 520),
        disabled=["verdict", "file", "folder", "size", "spacing", "map"],
        column_order=SHOWN,
        placeholder="",
        column_config=_columns(study),
    )
    cells = as_cells(edited).assign(take=edited["take"].astype(bool))
    if not cells.equals(intake.cells[cells.columns]):
        st.session_state[STATE] = replace(intake, cells=cells)
        forget_refusals()
        st.rerun()


def hiding(access: Access, study: Study) -> Callable[[str], str]:
    """What takes the arms' own names out of the names of a blinded study's files."""
    with access.read() as tx:
        return text_mask(tx, study.study_id)


def summary(intake: Intake) -> str:
    """The verdicts counted: "28 ready, 2 need you"."""
    taken = zip(intake.verdicts, intake.cells["take"], strict=True)
    count = Counter(verdict.kind for verdict, take in taken if take)
    parts = [f"{count['grade'] + count['store']} ready"]
    if count["already"]:
        parts.append(f"{count['already']} already stored")
    if count["you"]:
        parts.append(f"{count['you']} {'needs' if count['you'] == 1 else 'need'} you")
    if count["wait"]:
        parts.append(f"{count['wait']} being looked at")
    return ", ".join(parts)


def _moved(file: WaitingFile, look: FileLook | None, stored: Mapping[str, StoredFile]) -> bool:
    known = stored.get(look.sha256 or "") if look else None
    return known is not None and end_move(file.path, known.path)


def _is_there(file: WaitingFile, sha256: str | None, stored: Mapping[str, Any]) -> bool:
    """Whether this very file is a scan of the study, registered where it lies."""
    known = stored.get(sha256 or "")
    return known is not None and known.path == file.path


def _cells_of(
    study: Study,
    candidates: Sequence[Candidate],
    roster: pd.DataFrame,
    hide: Callable[[str], str],
) -> pd.DataFrame:
    """The rows' cells: those that were there, and for new files what their names say."""
    before = current(study)
    there = {c.file.path: row for row, c in enumerate(before.candidates)}
    new = [candidate for candidate in candidates if candidate.file.path not in there]
    pattern = study.name_pattern or DEFAULT_PATTERN
    fresh = first_cells(new, study, roster, pattern, hide).assign(take=True)
    kept = before.cells[["take", *CELLS]]
    cells = pd.concat([kept, fresh[["take", *CELLS]]], ignore_index=True) if len(kept) else fresh
    there |= {candidate.file.path: len(kept) + row for row, candidate in enumerate(new)}
    cells = cells.iloc[[there[candidate.file.path] for candidate in candidates]]
    return as_cells(cells).assign(take=cells["take"].astype(bool)).reset_index(drop=True)


def _keep(before: Intake, now: Intake) -> Intake:
    """Remember the table; where rows came or went, those that need you go first."""
    turn, rows = before.turn, list(range(len(now.candidates)))
    places = {c.file.path: row for row, c in enumerate(before.candidates)}
    came = set(places) != {candidate.file.path for candidate in now.candidates}
    if came or before.changed or (before.waiting and not now.waiting):
        turn += 1
        rows.sort(key=lambda row: ORDER[now.verdicts[row].kind])
    else:
        rows.sort(key=lambda row: places[now.candidates[row].file.path])
    intake = replace(
        now,
        candidates=tuple(now.candidates[row] for row in rows),
        cells=now.cells.iloc[rows].reset_index(drop=True),
        verdicts=tuple(now.verdicts[row] for row in rows),
        turn=turn,
    )
    st.session_state[STATE] = intake
    return intake


def _columns(study: Study) -> dict[str, Any]:
    column = st.column_config
    return {
        "take": column.CheckboxColumn("Take", width=60),
        "verdict": column.TextColumn("Verdict", width=350),
        "file": column.TextColumn("File", width=210),
        "folder": column.TextColumn("Folder"),
        "subject_id": column.TextColumn("Subject", width=75),
        "arm": column.TextColumn(
            "Arm",
            width=65,
            help="Of the study: " + (", ".join(a.name for a in study.arms) or "none yet"),
        ),
        "visit": column.TextColumn(
            "Visit",
            width=60,
            help="Of the study: " + (", ".join(v.name for v in study.visits) or "none yet"),
        ),
        "site": column.TextColumn("Site", width=95, help="Where on the body, as cheek-left"),
        "replicate": column.NumberColumn("Replicate", min_value=1, step=1, width=90),
        "dej_um": column.NumberColumn(
            "DEJ (µm)",
            width=90,
            min_value=0,
            help="Depth of the DEJ from the first slice",
            format="%.1f",
        ),
        "map": column.CheckboxColumn("DEJ map", width=80),
        "size": column.TextColumn("Voxels (z × y × x)"),
        "spacing": column.TextColumn("Spacing (µm)"),
    }
