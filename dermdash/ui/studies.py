"""What a study is made from, what it lacks, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd
import streamlit as st

from dermdash.errors import DesignError
from dermdash.reporting.tables import csv_bytes
from dermdash.stats.days import parse_day
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import ArmSpec, Kind, Study, VisitSpec, subject_table
from dermdash.ui.cells import plural, status_name
from dermdash.ui.guard import Access
from dermdash.ui.places import result_page


@dataclass(frozen=True, slots=True)
class NewStudy:
    """A study as it was typed into the form."""

    name: str
    kind: Kind
    arms: tuple[ArmSpec, ...]
    visits: tuple[VisitSpec, ...]

    @classmethod
    def read(cls, name: str, kind: Kind, *, arms: str, control: str, visits: str) -> Self:
        """Read names separated by commas; the first visit by day is the baseline.

        Raises
        ------
        DesignError
            A visit holds no day, or the control is not one of the arms.

        >>> NewStudy.read("S", "cohorts", arms="a, b", control="", visits="D0").visits
        (VisitSpec(name='D0', day=0, is_baseline=True),)
        """
        names, control = split(arms), control.strip()
        if control and control not in names:
            raise DesignError(
                f"control {control!r} is not one of the arms ({arms.strip() or 'none'}); "
                "write it as there"
            )
        days = {visit: parse_day(visit) for visit in split(visits) or ["D0"]}
        for visit, day in days.items():
            if day is None:
                raise DesignError(f"visit={visit} holds no day; name it by its day, as D28 or W4")
        ordered = sorted((day, visit) for visit, day in days.items() if day is not None)
        return cls(
            name,
            kind,
            tuple(ArmSpec(arm, is_control=arm == control) for arm in names),
            tuple(VisitSpec(v, d, is_baseline=n == 0) for n, (d, v) in enumerate(ordered)),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What a study needs next: why, as a button, and the page that does it."""

    reason: str
    verb: str
    icon: str
    page: str


def next_step(counts: Mapping[str, Any], *, making: int = 0) -> Step:
    """The one thing to do next, from a row of ``list_studies``.

    making : scans that are still being made

    >>> next_step({"n_scans": 0}).verb
    'Add scans'
    """
    match counts:
        case {"n_scans": 0} if not making:
            return Step("No scans yet", "Add scans", "upload_file", "data/add_scans.py")
        case _ if making:
            reason = plural(making, "scan is being made", "scans are being made")
            return Step(reason, "Watch the queue", "pending", "tools/queue.py")
        case {"n_no_dej": waiting} if waiting:
            reason = plural(waiting, "scan waits for a DEJ", "scans wait for a DEJ")
            return Step(reason, "Mark the DEJ", "edit", "data/scan.py")
        case {"n_failed": failed} if failed:
            reason = plural(failed, "grading failed", "gradings failed")
            return Step(reason, "See why", "error", "tools/queue.py")
        case {"n_queued": queued} if queued:
            reason = plural(queued, "scan is being graded", "scans are being graded")
            return Step(reason, "Watch the queue", "pending", "tools/queue.py")
    page = result_page(str(counts.get("kind", "cohorts")))
    return Step("All scans are graded", "See the result", "bar_chart", page)


def completeness(access: Access, study: Study) -> None:
    """Subjects by visit: which scans are there, and in which state the weakest of them is."""
    with access.read() as tx:
        scans, subjects = scan_table(tx, study.study_id), subject_table(tx, study.study_id)
    if subjects.empty:
        st.info("No subjects yet. They come with their scans, or by the roster.")
        return
    matrix = completeness_matrix(scans, subjects, [visit.name for visit in study.visits])
    st.dataframe(
        matrix.style.map(_tint, subset=[visit.name for visit in study.visits]),
        hide_index=True,
        column_config={"subject_id": "Subject", "arm": "Arm", "status": "Status"},
        placeholder="",
        height=min(38 + 35 * len(matrix), 560),
    )
    st.download_button(
        "Download as CSV",
        lambda: csv_bytes(matrix),
        f"{study.name} completeness.csv",
        icon=":material/download:",
    )


def completeness_matrix(
    scans: pd.DataFrame, subjects: pd.DataFrame, visits: list[str]
) -> pd.DataFrame:
    """One row a subject, one column a visit: the number of scans in each state, or empty.

    scans : as ``scan_table``; subjects : as ``subject_table``
    """
    matrix = subjects[["subject_id", "arm"]].copy()
    matrix["status"] = subjects["status"].map(status_name)
    counted = scans.groupby(["subject_id", "visit", "state"], observed=True).size()
    cells = counted.reset_index(name="n")
    cells["cell"] = cells["state"].where(
        cells["n"] == 1, cells["n"].astype(str) + " " + cells["state"]
    )
    joined = cells.groupby(["subject_id", "visit"], observed=True)["cell"].agg(", ".join)
    known = joined.to_dict()
    for visit in visits:
        matrix[visit] = [known.get((code, visit), "missing") for code in matrix["subject_id"]]
    return matrix


def split(text: str) -> list[str]:
    """Names between commas, without doubles.

    >>> split(" D0, D28,,D0 ")
    ['D0', 'D28']
    """
    return list(dict.fromkeys(part for raw in text.split(",") if (part := " ".join(raw.split()))))


def _tint(cell: Any) -> str:
    quiet = {
        "graded": "background-color: rgba(44, 123, 182, 0.18)",
        "missing": "color: rgba(128, 128, 128, 0.8)",
    }
    if "failed" in str(cell):
        return "background-color: rgba(215, 25, 28, 0.22)"
    return quiet.get(str(cell).lstrip("0123456789 "), "background-color: rgba(230, 159, 0, 0.18)")
