"""The studies as cards, each with one true sentence, its heatmap and what can be done."""

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.analysis.cohorts import cohort_of, group_profiles
from dermdash.analysis.headlines import headline
from dermdash.reporting.figures.data import depth_heatmap
from dermdash.reporting.figures.thumbnail import thumbnail
from dermdash.trial.gradings import profiles
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import Study, get_study, list_studies
from dermdash.ui.cells import plain, plural, records
from dermdash.ui.guard import Access
from dermdash.ui.next_step import next_step
from dermdash.ui.pickers import KINDS, choose_study
from dermdash.ui.places import go, result_page
from dermdash.ui.progress import POLL_S, busy, in_the_making

SHOWN = 6


def needs_me(access: Access) -> None:
    """What waits for a person, a line a study; nothing where nothing does."""
    with access.read() as tx:
        studies = list_studies(tx)
    for row in records(studies):
        waits = row["n_no_dej"] or row["n_failed"]
        if not waits or row["state"] != "collecting":
            continue
        step = next_step(row)
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=f"need_{row['study_id']}"
        ):
            st.markdown(f":material/{step.icon}: **{plain(row['study'])}**: {step.reason}")
            if st.button(
                step.verb, on_click=choose_study, args=(row["study"],), key=f"do_{row['study_id']}"
            ):
                go(step.page)


def study_cards(access: Access) -> None:
    """A card a study, the newest results as they come."""
    st.fragment(_cards, run_every=POLL_S if busy(access) else None)(access)
    with access.read() as tx:
        all_synthetic = bool(list_studies(tx)["synthetic"].all())
    if all_synthetic:
        st.subheader("Start your own")
        first_steps()


def first_steps() -> None:
    """Three steps to a study of one's own."""
    steps = (
        ("Create a study", "science", "data/studies.py", "Its name, arms and visits."),
        (
            "Add scans",
            "upload_file",
            "data/add_scans.py",
            "TIFF stacks, several at once, and where the dermis begins.",
        ),
        (
            "Compare groups",
            "bar_chart",
            "results/cohorts.py",
            "Heatmap by depth, a score a subject, group means.",
        ),
    )
    for number, (column, (verb, icon, page, words)) in enumerate(
        zip(st.columns(3), steps, strict=True), start=1
    ):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{number}. {verb}**  \n{words}")
            if st.button(verb, icon=f":material/{icon}:", key=f"step_{icon}"):
                go(page)


def _cards(access: Access) -> None:
    with access.read() as tx:
        studies = list_studies(tx).tail(SHOWN)
    across = 2 if len(studies) < 3 else 3
    for start in range(0, len(studies), across):
        together = records(studies.iloc[start : start + across])
        for column, row in zip(st.columns(across), together, strict=False):
            with column.container(border=True, height="stretch"):
                _card(access, row)


def _card(access: Access, row: dict[str, Any]) -> None:
    study_id, name = int(row["study_id"]), str(row["study"])
    with access.read() as tx:
        study, scans = get_study(tx, study_id), scan_table(tx, study_id)
        making = in_the_making(tx, study_id)
    state = hashlib.sha256(scans.to_csv().encode()).hexdigest()
    sentence, heatmap = _facts(str(access.store.settings.home), study, state, access)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(name))
        if study.synthetic:
            st.badge("SYNTHETIC", icon=":material/science:", color="gray")
        if study.blinded:
            st.badge("BLINDED: ARMS BY CODE", icon=":material/visibility_off:", color="gray")
    wanted = row["n_scans"] - row["n_excluded"] + making
    if making or row["n_queued"]:
        so_far = f"{row['n_graded']} of {wanted} scans graded"
        st.progress(row["n_graded"] / max(wanted, 1), f"**{so_far}**")
    else:
        st.markdown(f"**{plain(sentence or KINDS[study.kind])}.**")
        st.caption(
            f"{plural(row['n_subjects'], 'subject')}, "
            f"{row['n_graded']} of {plural(wanted, 'scan')} graded"
        )
    if heatmap:
        st.image(heatmap, width="stretch")
    with st.container(horizontal=True):
        graded = scans.loc[scans["state"] == "graded", "scan_id"]
        if st.button(
            "See the result",
            type="primary",
            key=f"result_{study_id}",
            disabled=graded.empty,
            on_click=choose_study,
            args=(name,),
            icon=":material/bar_chart:",
        ):
            go(result_page(study.kind))
        if st.button(
            "Look at a scan",
            key=f"scan_{study_id}",
            disabled=graded.empty,
            on_click=choose_study,
            args=(name,),
            icon=":material/layers:",
        ):
            go("data/scan.py", query={"scan": str(graded.iloc[0])})
        if study.synthetic:
            if st.button("Start your own", key=f"own_{study_id}", icon=":material/add:"):
                go("data/studies.py")
        elif st.button(
            "Add scans",
            key=f"add_{study_id}",
            icon=":material/upload_file:",
            on_click=choose_study,
            args=(name,),
        ):
            go("data/add_scans.py")


@st.cache_data(max_entries=50, show_spinner=False)
def _facts(home: str, study: Study, state: str, _access: Access) -> tuple[str, str]:
    """The study's sentence and its heatmap, as long as no scan's state or grade changes."""
    with _access.read() as tx:
        table = profiles(tx, study.study_id)
    return headline(study, table), _heatmap(study, table)


def _heatmap(study: Study, table: pd.DataFrame) -> str:
    """The study's figure 3A in small; at the last visit where it has several."""
    arms = [arm.name for arm in study.arms]
    visit = None
    if study.kind == "before_after" and len(table):
        seen = set(table["visit"])
        visit = next((v.name for v in reversed(study.visits) if v.name in seen), None)
    answer = cohort_of(table, arms=arms, visit=visit)
    if answer.subjects.empty:
        return ""
    shown = [arm for arm in arms if arm in set(answer.subjects["arm"])]
    return thumbnail(depth_heatmap(group_profiles(answer), shown))
