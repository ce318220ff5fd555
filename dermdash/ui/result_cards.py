"""The cards that ask what *Cohorts*, *Before / after* and *Scan* show."""

from collections.abc import Mapping

import streamlit as st

from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.one_scan import DEPTH_UM, OneScan
from dermdash.reporting.cards.question import Question as Card
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.reporting.figures.data import DEFAULT_COLOURS
from dermdash.trial.scans import Scan
from dermdash.trial.studies import Study
from dermdash.ui.add_to_report import add_any_to_report, add_to_report
from dermdash.ui.change_question import ChangeQuestion
from dermdash.ui.cohort_question import Question
from dermdash.ui.guard import Access
from dermdash.ui.responder_parts import USUAL_THRESHOLD

ADD = "Add to report"


def offer_groups(access: Access, study: Study, question: Question, tab: str) -> None:
    """At the head of a tab of *Cohorts*: add what stands below to a report."""
    studies, asked, colours = question.study_ids, question.asked, question.colours
    cards: Mapping[str, Mapping[str, Card]] = {
        "Result": {ADD: Groups(studies, asked, colours, bars=_bars())},
        "Along depth": {ADD: GroupDepths(studies, asked, colours)},
        "Classes": {ADD: Classes(studies, asked, colours)},
        "Checks": {ADD: Checks(studies, asked)},
        "Sensitivity": _sensitivity(studies, Sensitivity(studies, asked), asked_of=question),
    }
    add_any_to_report(access, study, cards[tab], key=f"groups_{tab}")


def offer_changes(access: Access, study: Study, question: ChangeQuestion, tab: str) -> None:
    """At the head of a tab of *Before / after*: add what stands below to a report."""
    studies, asked = question.study_ids, question.asked
    cards: Mapping[str, Mapping[str, Card]] = {
        "Result": {ADD: Changes(study.study_id, asked)},
        "Along depth": {ADD: ChangeDepths(study.study_id, asked)},
        "Responders": {ADD: Responders(study.study_id, asked, _threshold())},
        "Checks": {ADD: Checks(studies, asked)},
        "Sensitivity": _sensitivity(studies, Sensitivity(studies, asked), asked_of=question),
    }
    add_any_to_report(access, study, cards[tab], key=f"changes_{tab}")


def offer_scan(access: Access, study: Study, scan: Scan) -> None:
    """Over the view of a scan: add it to a report, with its slice at the depth chosen."""

    def card() -> OneScan:
        chosen = int(st.session_state.get("depth_um", DEPTH_UM))
        colours = st.session_state.get("grade_colours", DEFAULT_COLOURS)
        return OneScan(study.study_id, scan.scan_id, chosen, colours)

    add_to_report(access, study, card, key="scan")


def _sensitivity(
    studies: tuple[int, ...], card: Sensitivity, *, asked_of: Question | ChangeQuestion
) -> dict[str, Card]:
    if len(studies) > 1:
        return {ADD: card}
    return {ADD: card, "Add repeatability": Repeatability(studies[0], asked_of.asked)}


def _bars() -> bool:
    return bool(st.session_state.get("group_bars", False))


def _threshold() -> float:
    """What was chosen on the tab; the plan's counts where it fixes one."""
    return float(st.session_state.get("responder_threshold", USUAL_THRESHOLD))
