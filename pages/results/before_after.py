"""Did the product change skin more than the control?"""

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.ui.answered import answer_changes, evidence_for, show_standing
from dermdash.ui.cells import plain
from dermdash.ui.change_figures import changes_beside, difference_by_depth
from dermdash.ui.change_parts import studies_over_visits, subject_cells
from dermdash.ui.change_question import ask_changes, show_unknown
from dermdash.ui.comparison_parts import checks, contrasts, sentence
from dermdash.ui.depth_parts import changes_by_depth
from dermdash.ui.figure_tabs import residual_figures
from dermdash.ui.guard import guard
from dermdash.ui.kept_parts import may_carry_stars
from dermdash.ui.left_out import show_left_out
from dermdash.ui.missing_parts import show_levels, show_missing, show_other_scores
from dermdash.ui.pickers import chosen_study
from dermdash.ui.places import go
from dermdash.ui.repeatability_parts import show_repeatability
from dermdash.ui.responder_parts import show_responders
from dermdash.ui.result_cards import offer_changes
from dermdash.ui.ribbon import caveats, mark
from dermdash.ui.script_parts import show_code, source_of
from dermdash.ui.sensitivity_parts import show_sensitivity

TABS = ("Result", "Along depth", "Responders", "Checks", "Sensitivity", "Code", "Subjects")

access = guard()
study = chosen_study(
    access, title="Did the product change skin?", empty="No study yet, and so no change."
)

title, place = st.columns([1.6, 1], vertical_alignment="bottom")
title.title(f"Did the product change skin? {plain(study.name)}")
with place:
    question = ask_changes(access, study)

evidence = evidence_for(access, question)
try:
    answered = answer_changes(access, evidence, question)
except DermdashError as refusal:
    st.info(plain(f"Nothing can be concluded yet: {refusal}."), icon=":material/info:")
    show_unknown(evidence, question)
    studies_over_visits(access)
    st.stop()

found, scored, score, name = answered.found, answered.scored, question.score, study.name
if found.plan.within is None:
    st.info(
        f"{plain(name)} compares groups once; a change needs a baseline and a later visit.",
        icon=":material/info:",
    )
    if st.button("Compare its groups", icon=":material/bar_chart:"):
        go("results/cohorts.py")
    studies_over_visits(access)
    st.stop()

sentence(found)
show_standing(answered)
show_left_out(access, study.study_id, scored, population=question.population)
show_unknown(evidence, question)
caveats(access, study)
colours = {arm.name: arm.colour for arm in study.arms}
marked = mark(access, study)

tabs = dict(zip(TABS, st.tabs(TABS, key="change_tab", on_change="rerun"), strict=True))
if tabs["Result"].open:
    with tabs["Result"]:
        offer_changes(access, study, question, "Result")
        changes_beside(study, scored, found, colours, mark=marked)
        contrasts(
            found,
            file_name=f"{name} differences",
            standing=answered.standing,
            allowed=may_carry_stars(access, study),
        )
        show_levels(scored, found)
if tabs["Along depth"].open:
    with tabs["Along depth"]:
        offer_changes(access, study, question, "Along depth")
        changes_by_depth(scored.profiles, score, found, name=name, mark=marked)
        difference_by_depth(study, scored, found, mark=marked)
if tabs["Responders"].open:
    with tabs["Responders"]:
        offer_changes(access, study, question, "Responders")
        show_responders(study, scored, found, answered.layers, name=name, mark=marked)
if tabs["Checks"].open:
    with tabs["Checks"]:
        offer_changes(access, study, question, "Checks")
        checks(found)
        residual_figures(answered.table, found, colours, name=name, mark=marked)
if tabs["Sensitivity"].open:
    with tabs["Sensitivity"]:
        offer_changes(access, study, question, "Sensitivity")
        show_sensitivity(answered.moved, name=name, mark=marked)
        show_missing(scored, found, name=name, mark=marked)
        show_other_scores(
            access,
            study,
            answered.layers,
            found,
            answered.again,
            arms=question.arms,
            site=question.site,
            covariates=question.covariates,
            name=name,
        )
        show_repeatability(study, answered.layers, score, depth_um=question.depth_um, name=name)
if tabs["Code"].open:
    with tabs["Code"]:
        show_code(found, answered.rows, source=source_of(access, [study], question.summary))
if tabs["Subjects"].open:
    with tabs["Subjects"]:
        subject_cells(study, scored, score, question.depth_um)
