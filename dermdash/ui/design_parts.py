"""A study's design, edited in place: its name, arms, visits and sites."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.errors import DesignError
from dermdash.trial.parts import set_arms, set_sites, set_visits
from dermdash.trial.studies import ArmSpec, SiteSpec, Study, VisitSpec, rename_study
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import records, text
from dermdash.ui.edited_table import edit_table
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.pickers import choose_study


def edit_name(access: Access, study: Study) -> None:
    with st.form("rename", border=False):
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        name = left.text_input("Name of the study", study.name, max_chars=80)
        pressed = right.form_submit_button("Rename study", width="stretch")
    if pressed_by(access, pressed, place="name"):
        with refusals():
            with access.write() as tx:
                rename_study(tx, study.study_id, name)
            choose_study(" ".join(name.split()))
            st.rerun()


def edit_arms(access: Access, study: Study) -> None:
    """Rename arms, set their targets, add new ones; while sealed, only targets."""
    table = pd.DataFrame(
        {
            "arm": pd.Series([arm.name for arm in study.arms], dtype="str"),
            "control": pd.Series([arm.is_control for arm in study.arms], dtype="bool"),
            "target": pd.Series([arm.target_n for arm in study.arms], dtype="Int64"),
        }
    )
    edit_table(
        access,
        study,
        table,
        study,
        save_arms,
        noun="arms",
        hint="Sealed: shown by code until the study is unblinded." if study.blinded else "",
        fixed=study.blinded,
        disabled=["arm", "control"] if study.blinded else [],
        columns={
            "arm": st.column_config.TextColumn("Arm", required=True),
            "control": st.column_config.CheckboxColumn(
                "Control", default=False, help="Shown in grey, named last."
            ),
            "target": st.column_config.NumberColumn(
                "Subjects wanted", step=1, min_value=1, help="The target number of this arm"
            ),
        },
    )


def edit_visits(access: Access, study: Study) -> None:
    """Rename visits, move their days, and add new ones; days order them everywhere."""
    table = pd.DataFrame(
        {
            "visit": pd.Series([visit.name for visit in study.visits], dtype="str"),
            "day": pd.Series([visit.day for visit in study.visits], dtype="Int64"),
            "baseline": pd.Series([visit.is_baseline for visit in study.visits], dtype="bool"),
        }
    )
    edit_table(
        access,
        study,
        table,
        study,
        lambda tx, of, edited: save_visits(tx, of, records(edited), list(edited.index)),
        noun="visits",
        columns={
            "visit": st.column_config.TextColumn("Visit", required=True),
            "day": st.column_config.NumberColumn("Day", required=True, step=1),
            "baseline": st.column_config.CheckboxColumn(
                "Baseline", default=False, help="The first visit, from which changes count."
            ),
        },
    )


def edit_sites(access: Access, study: Study) -> None:
    """Where on the body scans are taken, and on which side."""
    table = pd.DataFrame(
        {
            "site": pd.Series([site.name for site in study.sites], dtype="str"),
            "side": pd.Series([site.side for site in study.sites], dtype="str"),
        }
    )
    edit_table(
        access,
        study,
        table,
        study,
        save_sites,
        noun="sites",
        columns={
            "site": st.column_config.TextColumn("Site", required=True),
            "side": st.column_config.SelectboxColumn(
                "Side", options=sorted({"left", "right", *table["side"].dropna()})
            ),
        },
    )


def save_arms(tx: Transaction, study: Study, edited: pd.DataFrame) -> None:
    """Change the study's arms as edited; rows keep the index of ``study.arms``."""
    ids = [arm.arm_id for arm in study.arms]
    set_arms(
        tx,
        study.study_id,
        [
            (_id(ids, place), _arm(row))
            for place, row in zip(edited.index, records(edited), strict=True)
        ],
        removed=_gone(ids, edited.index),
    )


def save_visits(
    tx: Transaction,
    study: Study,
    rows: Sequence[Mapping[str, Any]],
    places: Sequence[Any] | None = None,
) -> None:
    """Change the study's visits as edited, and add those behind them.

    places : of the rows among ``study.visits``; None where they stand in its order
    """
    ids = [visit.visit_id for visit in study.visits]
    wanted = []
    places = range(len(rows)) if places is None else places
    for place, row in zip(places, rows, strict=True):
        if pd.isna(row["day"]):
            raise DesignError(f"visit={text(row['visit'])} has no day; write one, such as 28")
        spec = VisitSpec(text(row["visit"]), int(row["day"]), bool(row["baseline"]))
        wanted.append((_id(ids, place), spec))
    set_visits(tx, study.study_id, wanted, removed=_gone(ids, places))


def save_sites(tx: Transaction, study: Study, edited: pd.DataFrame) -> None:
    """Change the study's sites as edited; rows keep the index of ``study.sites``."""
    ids = [site.site_id for site in study.sites]
    set_sites(
        tx,
        study.study_id,
        [
            (_id(ids, place), SiteSpec(text(row["site"]), text(row["side"]) or None))
            for place, row in zip(edited.index, records(edited), strict=True)
        ],
        removed=_gone(ids, edited.index),
    )


def _gone(ids: Sequence[int], places: Iterable[Any]) -> list[int]:
    """The ids of the parts whose rows were taken out."""
    kept = set(places)
    return [key for place, key in enumerate(ids) if place not in kept]


def _id(ids: Sequence[int], place: Any) -> int | None:
    """The id of the part in this row; None of a row that is new."""
    return ids[place] if isinstance(place, int) and 0 <= place < len(ids) else None


def _arm(row: Mapping[str, Any]) -> ArmSpec:
    target = None if pd.isna(row["target"]) else int(row["target"])
    return ArmSpec(text(row["arm"]), bool(row["control"]), target)
