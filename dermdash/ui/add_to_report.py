"""Beside a result: put it into a report as a card that asks just what the page asked."""

from collections.abc import Callable, Mapping

import streamlit as st

from dermdash.reporting.cards.question import Question, question_to_json
from dermdash.trial.reports import StoredReport, add_card, create_report, list_reports
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.held_button import held_button
from dermdash.ui.places import link
from dermdash.ui.report_choice import LONGEST_TITLE, last_used, open_report

Asking = Question | Callable[[], Question]
NEW = 0  # in the place of a report's id


def add_to_report(
    access: Access, study: Study, question: Asking, *, key: str, label: str = "Add to report"
) -> None:
    """A button at the right, which asks into which report the result goes.

    study : whose reports are offered; key : unlike any other on the page
    question : or what makes it at the press, where a part of the page may change it alone
    """
    add_any_to_report(access, study, {label: question}, key=key)


def add_any_to_report(
    access: Access, study: Study, questions: Mapping[str, Asking], *, key: str
) -> None:
    """The same for several results that stand together, by what their buttons say."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for number, (label, question) in enumerate(questions.items()):
            st.fragment(_add)(access, study, question, f"{key}_{number}", label)


def _add(access: Access, study: Study, asking: Asking, key: str, label: str) -> None:
    question = asking if isinstance(asking, Question) else asking()
    with st.popover(label, icon=":material/add_card:", type="tertiary", key=f"add_{key}"):
        reports = _reports(access, study)
        titles = {one.report_id: one.title for one in reports}
        options = [*titles, NEW]
        last = last_used(study.study_id)
        chosen = st.selectbox(
            "Report",
            options,
            index=options.index(last) if last in titles else 0,
            format_func=lambda one: titles.get(one, "New report"),
            key=f"add_{key}_to_{study.study_id}_{len(titles)}",
        )
        title = ""
        if chosen == NEW:
            title = st.text_input(
                "Title of the new report",
                f"Report of {study.name}"[:LONGEST_TITLE],
                max_chars=LONGEST_TITLE,
                key=f"add_{key}_title_{study.study_id}",
            )
        pressed = held_button("Add the card", kind="primary", key=f"add_{key}_card")
        if pressed_by(access, pressed, place=f"add_{key}"):
            with refusals():
                with access.write() as tx:
                    into = chosen or create_report(tx, study.study_id, title)
                    add_card(tx, into, question_to_json(question))
                open_report(study.study_id, into)
                reports = _reports(access, study)
        _say(reports, question)


def _say(reports: tuple[StoredReport, ...], question: Question) -> None:
    """In which reports just this result is already, and the way to them."""
    asked = question_to_json(question)
    there = [one.title for one in reports if asked in [card.question for card in one.cards]]
    if there:
        named = " and ".join(f"**{plain(title)}**" for title in there)
        st.markdown(f":material/check_circle: Added to {named}.")
        link("results/reports.py", "Open the report", icon="article")


def _reports(access: Access, study: Study) -> tuple[StoredReport, ...]:
    with access.read() as tx:
        return list_reports(tx, study.study_id)
