"""Which report a page is about: chosen, begun, renamed, deleted."""

import streamlit as st

from dermdash.reporting.assembly import standard_report
from dermdash.trial.reports import (
    StoredReport,
    create_report,
    delete_report,
    get_report,
    list_reports,
    rename_report,
)
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.held_button import held_button
from dermdash.ui.score_question import SESSION

LONGEST_TITLE = 80
COLLECT = (
    "Or collect one: *Add to report* stands beside each result on *Cohorts*, *Before / after*, "
    "*Scan* and *Planning*."
)


def choose_report(access: Access, study: Study) -> StoredReport | None:
    """One of the study's reports, the newest first, and what can be done to it; None for none."""
    with access.read() as tx:
        reports = {one.report_id: one for one in list_reports(tx, study.study_id)}
    if not reports:
        return None
    key = _key(study.study_id)
    if (wanted := st.session_state.pop(_next(study.study_id), None)) in reports:
        st.session_state[key] = wanted
    if st.session_state.get(key) not in reports:
        st.session_state.pop(key, None)
    with st.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="bottom", gap="small"
    ):
        chosen = st.selectbox(
            "Report",
            list(reports),
            format_func=lambda report_id: reports[report_id].title,
            key=key,
            persist_state=SESSION,
            label_visibility="collapsed",
        )
        new_report(access, study)
        with access.read() as tx:
            report = get_report(tx, chosen)
        _change(access, report)
    return report


def new_report(access: Access, study: Study) -> None:
    """The standard report, or an empty one to be filled from other pages or with texts."""
    with st.popover("New", icon=":material/add:", key=_fresh("new_report")):
        _standard(access, study, key="new_standard")
        st.caption("with every card that fits this study; or an empty one:")
        title = _title("", f"new_report_title_{_turn()}")
        pressed = held_button("Begin an empty report", key="begin_report")
        if pressed_by(access, pressed, place="new_report"):
            with refusals():
                with access.write() as tx:
                    report_id = create_report(tx, study.study_id, title)
                _opened(study, report_id)


def no_report(access: Access, study: Study) -> None:
    """The first report that a reader can have, and how to have another."""
    with st.container(border=True, key="no_report"):
        st.subheader("No report of this study yet", anchor=False)
        st.markdown(
            "The standard report says it all in order: the answer in plain words, who took part, "
            "the figures, the statistics with their checks, how it was done, what limits it, and "
            "what every number stands on."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            _standard(access, study, key="standard_report")
            new_report(access, study)
        st.caption(COLLECT)


def open_report(study_id: int, report_id: int) -> None:
    """Make a report its study's chosen one, from the next run on."""
    st.session_state[_next(study_id)] = report_id


def last_used(study_id: int) -> int | None:
    """The report of a study that was added to or looked at last, if it is still there."""
    kept = st.session_state.get(_next(study_id)) or st.session_state.get(_key(study_id))
    return None if kept is None else int(kept)


def _change(access: Access, report: StoredReport) -> None:
    with st.popover("", icon=":material/more_horiz:", key=_fresh("change_report")):
        said = f"{plural(len(report.cards), 'card')}, begun {report.at:%Y-%m-%d} by {report.author}"
        st.caption(plain(said))
        title = _title(report.title, f"report_title_{report.report_id}_{_turn()}")
        pressed = held_button("Rename the report", icon=":material/edit:", key="rename")
        if pressed_by(access, pressed, place="rename_report"):
            with refusals():
                with access.write() as tx:
                    rename_report(tx, report.report_id, title)
                _close()
                st.rerun()
        st.divider()
        sure = st.checkbox(
            f"Delete this report with its {plural(len(report.cards), 'card')}; what it was "
            "rendered to stays",
            key=f"sure_{report.report_id}_{_turn()}",
        )
        pressed = held_button(
            "Delete the report for good", icon=":material/delete:", key="delete", disabled=not sure
        )
        if pressed_by(access, pressed, place="delete_report"):
            with refusals():
                with access.write() as tx:
                    delete_report(tx, report.report_id)
                _close()
                st.rerun()


def _standard(access: Access, study: Study, *, key: str) -> None:
    """The button that makes the standard report; its cards are answered by the worker."""
    pressed = held_button(
        "Standard report", icon=":material/auto_awesome:", kind="primary", key=key
    )
    if pressed_by(access, pressed, place=key):
        with refusals():
            with access.write() as tx:
                report_id = standard_report(tx, study.study_id)
            _opened(study, report_id)


def _opened(study: Study, report_id: int) -> None:
    open_report(study.study_id, report_id)
    _close()
    st.rerun()


def _title(value: str, key: str) -> str:
    return st.text_input(
        "Title", value, max_chars=LONGEST_TITLE, key=key, placeholder="Night cream, final result"
    )


def _fresh(key: str) -> str:
    """A popover's key; another one after each change, so that it closes."""
    return f"{key}_{_turn()}"


def _turn() -> int:
    return int(st.session_state.get("report_turn", 0))


def _close() -> None:
    st.session_state["report_turn"] = _turn() + 1


def _key(study_id: int) -> str:
    return f"report_{study_id}"


def _next(study_id: int) -> str:
    return f"next_report_{study_id}"
