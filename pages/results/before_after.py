"""Did the product change skin more than the control?"""

import streamlit as st

from dermdash.analysis.comparisons import changes_by_visit, compare_study, score_study
from dermdash.errors import DermdashError
from dermdash.reporting.figures.data import difference_of_changes
from dermdash.reporting.figures.screen import (
    change_lines,
    difference_heatmap,
    subject_lines,
    toolbar,
)
from dermdash.ui.cells import plain
from dermdash.ui.change_parts import ask, layers_of, studies_over_visits, subject_cells
from dermdash.ui.comparison_parts import checks, contrasts, sentence
from dermdash.ui.depth_parts import changes_by_depth
from dermdash.ui.guard import guard
from dermdash.ui.pickers import sidebar
from dermdash.ui.places import go
from dermdash.ui.ribbon import withheld
from dermdash.ui.sensitivity_parts import moved_dej, show_sensitivity

access = guard()
study = sidebar(access)

if study is None:
    st.title("Did the product change skin?")
    st.write("No study yet, and so no change.")
    if st.button("Create your first study", type="primary", icon=":material/science:"):
        go("data/studies.py")
    st.stop()

title, place = st.columns([1.6, 1], vertical_alignment="bottom")
title.title(f"Did the product change skin? {plain(study.name)}")
with place:
    question = ask(study)

try:
    with access.read() as tx:
        scored = score_study(tx, study.study_id, question.score, site=question.site)
    found = compare_study(study, scored, question.score)
except DermdashError as refusal:
    st.info(plain(f"Nothing can be concluded yet: {refusal}."), icon=":material/info:")
    studies_over_visits(access)
    st.stop()

if found.plan.within is None:
    st.info(
        f"{plain(study.name)} compares groups once; a change needs a baseline and a later visit.",
        icon=":material/info:",
    )
    if st.button("Compare its groups", icon=":material/bar_chart:"):
        go("results/cohorts.py")
    studies_over_visits(access)
    st.stop()

moved = moved_dej(
    layers_of(access, study, question),
    question.score,
    found,
    lambda scored: compare_study(study, scored, question.score),
)
found = moved.found
sentence(found)
withheld(access, study)
colours = {arm.name: arm.colour for arm in study.arms}
changes = changes_by_visit(study, found)

result, along, tested, rows = st.tabs(["Result", "Along depth", "Checks", "Subjects"])
with result:
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Change since baseline**, mean of each arm with its 95 % CI (description)")
        st.plotly_chart(
            change_lines(changes, colours, score=question.score),
            config=toolbar(f"{study.name} change"),
            key="change",
        )
    with right:
        st.markdown("**Subjects**, a line each")
        st.plotly_chart(
            subject_lines(scored.with_days(study), colours, score=question.score),
            config=toolbar(f"{study.name} subjects"),
            key="lines",
        )
    contrasts(found, file_name=f"{study.name} differences")
with along:
    changes_by_depth(scored.profiles, question.score, found, name=study.name)
    lead = found.contrasts[-1]
    if lead.visit is not None:
        st.markdown(
            f"**Change in {plain(lead.a)} minus change in {plain(lead.b)}**, by visit and depth"
        )
        st.plotly_chart(
            difference_heatmap(
                difference_of_changes(
                    scored.profiles, found.visits, lead.a, lead.b, score=question.score
                ),
                score=question.score,
            ),
            config=toolbar(f"{study.name} difference"),
            key="difference",
        )
with tested:
    checks(found)
    show_sensitivity(moved, name=study.name)
with rows:
    subject_cells(study, scored, question.score)
