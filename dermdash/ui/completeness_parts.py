"""Which scans of a study are there, in which state, and which are missing."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dermdash.reporting.tables import csv_bytes
from dermdash.trial.completeness import (
    DOUBTFUL,
    PLACE_STATES,
    Completeness,
    column_of,
    count_by_arm,
    matrix,
)
from dermdash.trial.completeness import completeness as completeness_of
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access
from dermdash.ui.places import go
from dermdash.ui.quality_parts import ask_for_qualities

# A cell is tinted by the first of these that it holds; the words in it say the same.
TINTS = {
    "failed": ("red", "rgba(215, 25, 28, 0.30)"),
    "no DEJ": ("orange", "rgba(230, 159, 0, 0.30)"),
    "cannot tell": ("yellow", "rgba(240, 228, 66, 0.34)"),
    "running": ("violet", "rgba(133, 119, 224, 0.40)"),
    "queued": ("violet", "rgba(133, 119, 224, 0.22)"),
    "graded": ("blue", "rgba(44, 123, 182, 0.22)"),
    "excluded": ("gray", "rgba(127, 127, 127, 0.32)"),
}
ROW_PX, SHOWN_PX = 28, 478
ARM_ROWS = {
    "target_subjects": "Subjects planned",
    "n_subjects": "Subjects",
    "n_withdrawn": "of them withdrawn",
    "n_expected": "Scans expected",
    "n_present": "Scans present",
    "n_missing": "missing",
    "n_no_dej": "no DEJ",
    "n_cannot_tell": "cannot tell",
    "n_queued": "queued",
    "n_running": "running",
    "n_failed": "failed",
    "n_graded": "graded",
    "n_excluded": "excluded",
    "n_not_due": "not waited for",
}
ALWAYS = 5  # of these rows; others only where some arm has any


def completeness(access: Access, study: Study) -> None:
    """Subject by visit by site: what is there, what is missing, and the way to each."""
    with access.read() as tx:
        found = completeness_of(tx, study)
    if found.places.empty:
        st.info(
            "No subjects yet. They come with their scans, or by the roster."
            if study.visits
            else "No visits yet, and so no scan is expected. Add them under *Design*."
        )
        return
    st.markdown(sentence(found))
    counts = found.places["state"].value_counts()
    wanted = st.pills(
        "States; choose some to see only their subjects",
        [state for state in PLACE_STATES if state in counts],
        selection_mode="multi",
        format_func=lambda state: _chip(state, int(counts[state])),
        key="matrix_states",
        label_visibility="collapsed",
    )
    wide, narrow = st.columns([2.2, 1], gap="medium")
    with narrow:
        _arms(found, study)
    with wide:
        _matrix(found, study, wanted)
        ask_for_qualities(access, study, found)


def sentence(found: Completeness) -> str:
    """How complete the study is, in one line."""
    places = found.places.drop_duplicates(["subject_id", "visit", "site"])
    n_expected = int((places["state"] != "withdrawn").sum())
    n_present = int(places["scan_id"].notna().sum())
    more = int(found.places["scan_id"].notna().sum()) - n_present
    words = f"**{n_present} of {plural(n_expected, 'expected scan')} present**"
    return words + (f", and {plural(more, 'replicate')} more." if more else ".")


def _matrix(found: Completeness, study: Study, wanted: Sequence[str]) -> None:
    table = matrix(found, study)
    if wanted:
        with_one = found.places[found.places["state"].isin(wanted)]["subject_id"]
        table = table[table["subject_id"].isin(with_one)].reset_index(drop=True)
    if study.kind == "hemi_face":  # each subject is in both arms
        table = table.drop(columns="arm")
    answer = st.container()
    doubtful = found.places["quality"].isin(DOUBTFUL).any()
    cells = [name for name in table if name not in ("subject_id", "arm", "status")]
    left = table["status"].where(table["status"] != "active")
    subject = (table["subject_id"] + " · " + left).fillna(table["subject_id"])
    shown = table.drop(columns="status").assign(subject_id=subject)
    picked = st.dataframe(
        shown.style.apply(tinted, axis=None, subset=cells),
        hide_index=True,
        column_config={
            "subject_id": st.column_config.TextColumn(
                "Subject", pinned=True, width="medium" if left.notna().any() else None
            ),
            "arm": "Arm",
        },
        placeholder="",
        row_height=ROW_PX,
        height=min(38 + ROW_PX * len(table), SHOWN_PX),
        on_select="rerun",
        selection_mode="single-cell",
        key="matrix_cells",
    )
    with answer:
        for row, name in picked.selection.cells:
            show_place(found, str(table["subject_id"][row]), name)
    st.caption(
        f"{rule(found, study)} Click a cell to open its scan or to see what is missing, a state "
        "above to see only its subjects. "
        + ("(amber) and (red): the quality of the volume." if doubtful else "")
    )
    with st.container(horizontal=True):
        for label, make, name in (
            ("Matrix as CSV", partial(matrix, found, study), "completeness"),
            ("Places as CSV", lambda: found.places, "completeness, one row a place"),
        ):
            st.download_button(
                label,
                lambda make=make: csv_bytes(make()),  # type: ignore[misc]
                f"{study.name} {name}.csv",
                icon=":material/download:",
            )


def rule(found: Completeness, study: Study) -> str:
    """Which scans are expected, in words."""
    if study.kind != "hemi_face" and not found.sites and len(study.sites) > 1:
        return (
            "Expected: each subject at every visit, at its own site, since no subject was scanned "
            "at two."
        )
    if len(found.sites) > 1:
        names = plain(" and ".join(found.sites))
        return f"Expected: each subject at every visit and each site ({names})."
    return "Expected: each subject at every visit."


def show_place(found: Completeness, subject: str, name: str) -> None:
    """Open the one scan of a cell; else say what is there or missing, and lead on."""
    places = found.places
    mine = places[(places["subject_id"] == subject) & (column_of(found) == name)]
    scans = mine.dropna(subset="scan_id")
    if len(scans) == 1:
        go("data/scan.py", query={"scan": str(scans["scan_id"].iloc[0])})
    where = plain(f"{subject} · {name}")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if mine.empty:
            st.markdown(f"**{where}**. Choose a cell of a visit.")
        elif len(scans):
            st.markdown(f"**{where}**: {plural(len(scans), 'replicate')}")
            for scan in scans.itertuples():
                if st.button(f"Open replicate {scan.replicate} ({scan.state})"):
                    go("data/scan.py", query={"scan": str(scan.scan_id)})
        elif mine["state"].iloc[0] == "withdrawn":
            st.markdown(f"**{where}**: the subject left before this visit; no scan is expected.")
        else:
            day = mine["visit_day"].iloc[0]
            st.markdown(f"**{where}** is missing: no scan of day {day} is stored.")
            if st.button("Add scans", icon=":material/upload_file:", type="primary"):
                go("data/add_scans.py")


def _arms(found: Completeness, study: Study) -> None:
    """What each arm has of what it should have, an arm a column."""
    counts = count_by_arm(found, study).set_index("arm").rename(columns=ARM_ROWS)
    table = counts[list(ARM_ROWS.values())].T
    kept = table.fillna(0).any(axis=1)
    kept.iloc[:ALWAYS] = True
    if table.loc[ARM_ROWS["target_subjects"]].isna().all():
        kept[ARM_ROWS["target_subjects"]] = False
    st.markdown("**By arm**")
    st.dataframe(
        table[kept].astype("Int64"),
        column_config={"_index": st.column_config.TextColumn("", width=130)},
        placeholder="",
        row_height=ROW_PX,
        height="content",
    )
    st.download_button(
        "By arm as CSV",
        lambda: csv_bytes(count_by_arm(found, study)),
        f"{study.name} completeness by arm.csv",
        icon=":material/download:",
    )


def _chip(state: str, count: int) -> str:
    colour = TINTS.get(state, ("", ""))[0]
    return f":{colour}-background[{state}] {count}" if colour else f"{state} {count}"


def tinted(cells: pd.DataFrame) -> pd.DataFrame:
    """The style of each cell."""
    styles = pd.DataFrame("color: rgba(128, 128, 128, 0.9)", cells.index, cells.columns)
    for state, (_, tint) in reversed(TINTS.items()):
        styles = styles.mask(
            cells.apply(lambda column, state=state: column.str.contains(state, regex=False)),
            f"background-color: {tint}",
        )
    return styles
