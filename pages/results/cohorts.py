"""Do groups differ?"""

import streamlit as st

from dermdash.analysis.answers import cohort_asked
from dermdash.analysis.cohorts import describe, group_profiles
from dermdash.errors import DesignError, TableError
from dermdash.reporting.stars import planned_brackets
from dermdash.ui.answered import answer_groups, evidence_for, show_standing
from dermdash.ui.cells import plain
from dermdash.ui.cohort_parts import group_table, missing_sentence, other_studies, subject_rows
from dermdash.ui.cohort_question import ask_question
from dermdash.ui.comparison_parts import checks, contrasts, sentence
from dermdash.ui.depth_parts import arms_by_depth
from dermdash.ui.figure_tabs import (
    classes,
    groups_beside,
    groups_by_depth,
    residual_figures,
    subjects_by_depth,
)
from dermdash.ui.group_sensitivity import group_sensitivity
from dermdash.ui.guard import guard, refuse
from dermdash.ui.kept_parts import may_carry_stars
from dermdash.ui.missing_parts import show_levels
from dermdash.ui.pickers import chosen_study
from dermdash.ui.places import link
from dermdash.ui.result_cards import offer_groups
from dermdash.ui.ribbon import caveats, mark
from dermdash.ui.script_parts import show_code, source_of

TABS = ("Result", "Along depth", "Classes", "Checks", "Sensitivity", "Code", "Subjects")

access = guard()
study = chosen_study(access, title="Do groups differ?", empty="No study yet, and so no groups.")

title, place = st.columns([1.4, 1], vertical_alignment="bottom")
title.title(f"Do groups differ? {plain(study.name)}")
with place:
    question = ask_question(access, study)

try:
    evidence = evidence_for(access, question)
    answer = cohort_asked(evidence, question.asked)
except DesignError as refusal:
    refuse(refusal)
    st.stop()
if answer.subjects.empty:
    named = " and ".join(plain(one.name) for one in question.studies)
    st.info(
        f"No graded scan of {named} covers {answer.range_name} under these filters "
        f"({plain(question.summary)}).",
        icon=":material/info:",
    )
    other_studies(access)
    st.stop()

try:
    answered = answer_groups(access, evidence, question, answer)
except TableError as refusal:
    answered = None
    st.markdown(f"#### {plain(describe(answer))}")
    st.caption(plain(f"No test: {refusal}."))
found, stars = answered.found if answered else None, may_carry_stars(access, study)
if answered and found:
    sentence(found)
    st.caption(plain(describe(answer)))
    show_standing(answered)
if study.kind != "cohorts":
    st.caption("One visit at a time, baselines left aside; what the product did stands on")
    link("results/before_after.py", "Before / after", icon="trending_up")
missing_sentence(access, question, answer)
caveats(access, study)

profiles = group_profiles(answer)
colours, name, marked = question.arm_colours, study.name, mark(access, study)
shown = [arm for arm in answer.groups["arm"] if arm in set(profiles["arm"])]

tabs = dict(zip(TABS, st.tabs(TABS, key="cohort_tab", on_change="rerun"), strict=True))
if tabs["Result"].open:
    with tabs["Result"]:
        offer_groups(access, study, question, "Result")
        lines = (
            planned_brackets(found, planned=answered.standing.planned, allowed=stars)
            if answered and found
            else []
        )
        groups_beside(answer, profiles, shown, question, lines, name=name, mark=marked)
        if answered and found:
            contrasts(
                found,
                file_name=f"{name} differences",
                standing=answered.standing,
                allowed=stars,
            )
            show_levels(answered.scored, found)
        group_table(access, study, question, answer, profiles)
if tabs["Along depth"].open:
    with tabs["Along depth"]:
        offer_groups(access, study, question, "Along depth")
        control, alpha = (found.plan.control, found.plan.alpha) if found else (None, 0.05)
        arms_by_depth(
            answer.profiles, question.score, shown, control, alpha=alpha, name=name, mark=marked
        )
        groups_by_depth(profiles, question, name=name, mark=marked)
if tabs["Classes"].open:
    with tabs["Classes"]:
        offer_groups(access, study, question, "Classes")
        classes(access, question, shown, name=name, mark=marked)
if tabs["Subjects"].open:
    with tabs["Subjects"]:
        subjects_by_depth(answer, shown, question, name=name, mark=marked)
        subject_rows(study, answer)
if answered is None or found is None:
    for tab in ("Checks", "Sensitivity", "Code"):
        tabs[tab].write("Nothing was tested.")
    st.stop()
if tabs["Checks"].open:
    with tabs["Checks"]:
        offer_groups(access, study, question, "Checks")
        checks(found)
        residual_figures(answered.rows, found, colours, name=name, mark=marked)
if tabs["Sensitivity"].open:
    with tabs["Sensitivity"]:
        offer_groups(access, study, question, "Sensitivity")
        group_sensitivity(access, study, question, answered, name=name, mark=marked)
if tabs["Code"].open:
    with tabs["Code"]:
        source = source_of(access, question.studies, question.summary)
        show_code(found, answered.rows, source=source)
