"""The life of a study on a page: where it stands, what the next step needs, what was done."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from dermdash.errors import DesignError
from dermdash.trial.life import (
    Readiness,
    StudyEvent,
    lock_data,
    readiness,
    reopen,
    study_events,
    unblind,
    unblinded_at,
)
from dermdash.trial.plans import current_plan
from dermdash.trial.results import count_results_before_erasure
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.erase_parts import erase_form
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.roles import allowed, say_who_is_who, say_why_not
from dermdash.ui.seal_parts import blind_form, read_the_seal
from dermdash.ui.table_parts import csv_button

STEPS = ("Collecting", "Data locked", "Unblinded")
ACTS = {
    "blinded": "arms sealed behind codes",
    "seal read": "seal read",
    "locked": "data locked",
    "unblinded": "unblinded",
    "reopened": "reopened",
    "erased": "subject erased",
}


def life_tab(access: Access, study: Study) -> None:
    """Where the study stands, the act that comes next, and all that was done."""
    with access.read() as tx:
        events = study_events(tx, study.study_id)
        unblinded = unblinded_at(tx, study.study_id)
    _steps(study, events, unblinded)
    say_who_is_who()
    with st.container(horizontal=True):
        # Each act has a place of its own: a popover stays open for whatever comes to its place,
        # and the next act would lie under the pointer of whoever has just pressed.
        lock, blind, unblind_, reopen_, seal = (st.container(width="content") for _ in range(5))
    if study.state == "collecting":
        with lock:
            _lock(access, study)
        with blind:
            blind_form(access, study, unblinded=unblinded is not None)
    else:
        with unblind_:
            _unblind(access, study)
        with reopen_:
            _reopen(access, study)
    with seal:
        read_the_seal(access, study)
    _events(access, study, events)
    erase_form(access, study)


def _steps(study: Study, events: Sequence[StudyEvent], unblinded: datetime | None) -> None:
    reached = {"collecting": 0, "locked": 1, "unblinded": 2}[study.state]
    never_blinded = not study.blinded and unblinded is None
    words = [_collecting(study, events), _locked(study, events), _unblinded(study, events)]
    if never_blinded:
        words[2] = "Only sealed arms are unblinded; as it stands, this study ends with the lock."
    for number, (column, step) in enumerate(zip(st.columns(3), STEPS, strict=True)):
        done = number < reached or (number == 2 and unblinded is not None)
        icon = "radio_button_checked" if number == reached else "radio_button_unchecked"
        icon = "check_circle" if done and number != reached else icon
        with column.container(border=True, height="stretch"):
            st.markdown(f":material/{icon}: **{number + 1}. {step}**")
            st.caption(words[number])


def _collecting(study: Study, events: Sequence[StudyEvent]) -> str:
    last = next((one for one in events if one.act == "reopened"), None)
    again = f" Reopened by {_by(last)}: {plain(last.reason or '')}." if last is not None else ""
    sealed = next((one for one in events if one.act == "blinded"), None)
    codes = f" Arms sealed by {_by(sealed)}." if study.blinded and sealed is not None else ""
    return "Subjects, scans and DEJs may change; each change is recorded." + codes + again


def _locked(study: Study, events: Sequence[StudyEvent]) -> str:
    last = next((one for one in events if one.act == "locked"), None)
    if study.state == "collecting" or last is None:
        return "Scans, DEJs, exclusions, subjects, allocation and protocol are fixed by a digest."
    return f"By {_by(last)}, digest `{str(last.digest)[:12]}`. Nothing is changed or deleted."


def _unblinded(study: Study, events: Sequence[StudyEvent]) -> str:
    last = next((one for one in events if one.act == "unblinded"), None)
    if last is None:
        return "Arms show their own names. Needs locked data and a locked plan."
    return f"By {_by(last)}, with version {last.plan_version} of the plan."


def _by(event: StudyEvent) -> str:
    return f"{plain(event.author)}, {event.at:%Y-%m-%d %H:%M} UTC"


def _lock(access: Access, study: Study) -> None:
    with access.read() as tx:
        ready = readiness(tx, study.study_id)
    with st.popover("Lock the data", icon=":material/lock:"):
        st.markdown(
            "From then on no scan, DEJ, exclusion, subject, allocation, visit, site or protocol "
            "of this study changes, and nothing is deleted. Only an administrator reopens it, "
            "with a reason that stays visible."
        )
        for icon, words in _open_ends(ready):
            st.markdown(f":material/{icon}: {words}")
        waits = ready.waiting + ready.coming > 0
        pressed = st.button(
            "Lock the data for good",
            type="primary",
            icon=":material/lock:",
            disabled=waits,
            key="lock_data",
        )
        if waits:
            st.caption(
                "A grading that fails may need another DEJ, and could then be mended only by "
                "reopening: lock when none waits."
            )
        if pressed_by(access, pressed, place="lock_data"):
            with refusals():
                with access.write() as tx:
                    lock_data(tx, study.study_id)
                st.rerun()


def _open_ends(ready: Readiness) -> list[tuple[str, str]]:
    """What would stay as it is, with its number."""
    ends = [
        ("pending", ready.coming, "scan is still on the way", "scans are still on the way"),
        ("pending", ready.waiting, "grading waits or runs", "gradings wait or run"),
        ("edit_off", ready.no_dej, "scan has no DEJ", "scans have no DEJ"),
        ("help", ready.cannot_tell, "scan's DEJ nobody could tell", "scans' DEJ nobody could tell"),
        ("error", ready.failed, "grading failed", "gradings failed"),
        ("block", ready.excluded, "scan is excluded", "scans are excluded"),
        ("check_circle", ready.graded, "scan is graded", "scans are graded"),
    ]
    return [(icon, plural(count, one, many)) for icon, count, one, many in ends if count]


def _unblind(access: Access, study: Study) -> None:
    if not study.blinded:
        return
    with access.read() as tx:
        plan = current_plan(tx, study.study_id)
    locked = plan is not None and plan.locked
    with st.popover("Unblind", icon=":material/visibility:"):
        st.markdown(
            "The arms show their own names, to everybody and for good. Results that the locked "
            "plan asks for are then called *planned*; a DEJ given later is flagged wherever it "
            "is used."
        )
        icon = "check_circle" if locked else "radio_button_unchecked"
        words = (
            f"the plan is locked, version {plan.version}"
            if plan is not None and locked
            else "no analysis plan is locked: lock it under *Plan*"
        )
        st.markdown(f":material/check_circle: the data are locked  \n:material/{icon}: {words}")
        pressed = st.button(
            "Unblind for good",
            type="primary",
            icon=":material/visibility:",
            disabled=not (locked and allowed(access, "unblind a study")),
            key="unblind",
        )
        say_why_not(access, "unblind a study")
        if pressed_by(access, pressed, place="unblind"):
            with refusals():
                with access.write() as tx:
                    unblind(tx, study.study_id)
                st.rerun()


def _reopen(access: Access, study: Study) -> None:
    with st.popover("Reopen", icon=":material/lock_open:"):
        st.markdown(
            "Data may change again until the next lock. That it was reopened, by whom and why "
            "stays visible"
            + (
                "; the study stays unblinded, and DEJs given from now on are flagged."
                if study.state == "unblinded"
                else "."
            )
        )
        reason = st.text_input("Why it is reopened", key="reopen_reason", max_chars=300)
        pressed = st.button(
            "Reopen the data",
            icon=":material/lock_open:",
            disabled=not allowed(access, "reopen a study"),
            key="reopen",
        )
        say_why_not(access, "reopen a study")
        if pressed_by(access, pressed, place="reopen"):
            with refusals():
                with access.write() as tx:
                    reopen(tx, study.study_id, reason)
                st.rerun()


def _events(access: Access, study: Study, events: Sequence[StudyEvent]) -> None:
    if not events:
        st.caption("Nothing has been locked, sealed or erased yet.")
        return
    with access.read() as tx:
        n_before = count_results_before_erasure(tx, study.study_id)
    if n_before:
        st.warning(
            f"{plural(n_before, 'result was', 'results were')} given before a subject was erased, "
            "and rest on data that are gone; ask again before building on them.",
            icon=":material/person_off:",
        )
    table = pd.DataFrame(
        {
            "When (UTC)": [f"{one.at:%Y-%m-%d %H:%M:%S}" for one in events],
            "Who": [one.author for one in events],
            "Did": [_did(one) for one in events],
            "Reason": [one.reason or "" for one in events],
            "Digest": [(one.digest or "")[:12] for one in events],
        }
    )
    st.dataframe(table, hide_index=True)
    csv_button("Life as CSV", table, f"{study.name} life")


def _did(event: StudyEvent) -> str:
    words = ACTS.get(event.act)
    if words is None:
        raise DesignError(f"act={event.act} is no step of a study's life")
    if event.act == "erased":
        return f"subject {event.subject_id} erased"
    return f"{words}, plan version {event.plan_version}" if event.plan_version else words
