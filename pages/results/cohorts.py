"""Do groups differ?"""

import streamlit as st

from dermdash.analysis.cohorts import cohort, describe, group_profiles
from dermdash.errors import DesignError, TableError
from dermdash.reporting.figures.data import brackets, depth_heatmap
from dermdash.reporting.figures.screen import (
    cohort_heatmap,
    group_lines,
    subject_points,
    toolbar,
)
from dermdash.ui.cells import plain
from dermdash.ui.cohort_parts import (
    compared,
    group_table,
    missing_sentence,
    other_studies,
    subject_rows,
)
from dermdash.ui.cohort_question import ask_question
from dermdash.ui.comparison_parts import checks, contrasts, sentence
from dermdash.ui.depth_parts import arms_by_depth
from dermdash.ui.guard import guard, refuse
from dermdash.ui.pickers import sidebar
from dermdash.ui.places import go, link
from dermdash.ui.ribbon import withheld
from dermdash.ui.sensitivity_parts import show_sensitivity

access = guard()
study = sidebar(access)

if study is None:
    st.title("Do groups differ?")
    st.write("No study yet, and so no groups.")
    if st.button("Create your first study", type="primary", icon=":material/science:"):
        go("data/studies.py")
    st.stop()

title, place = st.columns([1.4, 1], vertical_alignment="bottom")
title.title(f"Do groups differ? {plain(study.name)}")
with place:
    question = ask_question(access, study)

try:
    with access.read() as tx:
        answer = cohort(
            tx,
            question.study_ids,
            arms=question.arms,
            visit=question.visit,
            site=question.site,
            score=question.score,
            depth_um=question.depth_um,
            covariates=question.covariates,
        )
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
    moved = compared(access, question, answer)
except TableError as refusal:
    moved = None
    st.caption(plain(f"No test: {refusal}."))
found = moved.found if moved else None
if found:
    sentence(found)
    st.caption(plain(describe(answer)))
else:
    st.markdown(f"#### {plain(describe(answer))}")
if study.kind != "cohorts":
    st.caption("One visit at a time, baselines left aside; what the product did stands on")
    link("results/before_after.py", "Before / after", icon="trending_up")
missing_sentence(access, question, answer)
withheld(access, study)

profiles = group_profiles(answer)
colours = question.arm_colours
shown = [arm for arm in answer.groups["arm"] if arm in set(profiles["arm"])]

result, along, tested, subjects = st.tabs(["Result", "Along depth", "Checks", "Subjects"])
with result:
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        st.markdown("**Dermal quality by depth**, mean over each group's subjects")
        st.plotly_chart(
            cohort_heatmap(
                depth_heatmap(profiles, shown), score=question.score, colours=question.colours
            ),
            config=toolbar(f"{study.name} heatmap"),
            key="heatmap",
        )
    with right:
        over = "Whole dermis" if answer.whole else answer.range_name
        st.markdown(f"**{over}**, a point a subject, mean ± SD beside, adjusted p above")
        st.plotly_chart(
            subject_points(
                answer.subjects,
                answer.groups,
                colours,
                score=question.score,
                depth_um=answer.depth_um,
                brackets=brackets(found.contrasts) if found else [],
            ),
            config=toolbar(f"{study.name} subjects"),
            key="points",
        )
    if found:
        contrasts(found, file_name=f"{study.name} differences")
    group_table(study, answer, profiles)
with along:
    control = found.plan.control if found else None
    arms_by_depth(answer.profiles, question.score, shown, control, name=study.name)
    st.markdown("**Groups along depth**, mean ± SD over subjects")
    st.plotly_chart(
        group_lines(profiles, colours, score=question.score, height=520),
        config=toolbar(f"{study.name} along depth"),
        key="lines",
    )
with tested:
    if found and moved:
        checks(found)
        show_sensitivity(moved, name=study.name)
    else:
        st.write("Nothing was tested.")
with subjects:
    subject_rows(study, answer)
