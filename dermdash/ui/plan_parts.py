"""The analysis plan of a study on a page: written, shown in words, locked."""

from dataclasses import replace

import streamlit as st

from dermdash.errors import DermdashError, DesignError
from dermdash.identity import Act
from dermdash.reporting.figures.data import SCORE_NAMES
from dermdash.reporting.plans import plan_table, state_sentence, version_table
from dermdash.reporting.tables import csv_bytes
from dermdash.stats.plan import POPULATIONS, ContrastKey, Plan, Secondary
from dermdash.trial.plans import StoredPlan, lock_plan, plan_history, write_plan
from dermdash.trial.questions import (
    DEEPEST_UM,
    WIDEST,
    blank_plan,
    contrast_keys,
    write_contrast,
)
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, pressed_by, refusals, refuse
from dermdash.ui.roles import allowed

WRITE: Act = "write a plan while arms are sealed"
SECONDARY: dict[Secondary, str] = {"holm": "Holm", "fixed_sequence": "Fixed sequence"}
VARIANCES = {True: "Equal: ANOVA", False: "Unequal: Welch"}


def plan_tab(access: Access, study: Study) -> None:
    """What is planned, in words; the form for another version; the lock."""
    with access.read() as tx:
        history = plan_history(tx, study.study_id)
    try:
        blank = blank_plan(study)
    except DesignError as why:
        st.info(plain(f"No plan yet: {why}."), icon=":material/info:")
        return
    if history:
        _show(access, study, history)
    else:
        st.info(
            "No analysis plan is written, so all results are exploratory: estimates, intervals and "
            "p-values without stars. Write the questions down before looking, then lock them.",
            icon=":material/lock_open:",
        )
    if study.blinded and not allowed(access, WRITE):
        st.caption(
            ":material/visibility_off: Blinded, arms by code: the plan's question is answered "
            "after unblinding, and until then only an administrator writes another version."
        )
        return
    if study.blinded:
        st.caption(
            ":material/visibility_off: Blinded: a new version names the arms by their codes, and "
            "shows them by their own names after unblinding."
        )
    label = f"Write version {len(history) + 1}" if history else "Write the plan"
    with st.expander(label, expanded=not history, icon=":material/edit_note:"):
        wanted = ask_plan(study, history[0].plan if history else blank)
        if wanted is not None:
            _save(access, study, wanted, history)


def ask_plan(study: Study, given: Plan) -> Plan | None:
    """The form, filled with a plan; None where what is asked makes none, with the reason."""
    key = f"plan_{study.study_id}"
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Questions**")
        plan = _questions(study, given, key)
    with right:
        st.markdown("**How they are answered**")
        try:
            return _choices(plan, given, key)
        except DermdashError as why:
            refuse(why)
    return None


def _questions(study: Study, given: Plan, key: str) -> Plan:
    """Control, primary contrast and visit, key secondary contrasts with their order."""
    plan = replace(given, primary=None, key_secondary=())
    if plan.between is not None:
        arms: list[str | None] = [None, *(arm.name for arm in study.arms)]
        control = st.selectbox(
            "Control",
            arms,
            index=arms.index(plan.control),
            format_func=lambda name: "none: all pairs of arms" if name is None else name,
            key=f"{key}_control",
        )
        plan = replace(plan, control=control)
    visits = list(dict.fromkeys(visit for _, _, visit in contrast_keys(study, plan)))
    across = [visit.name for visit in study.visits] if plan.within is None else visits
    if any(across):
        first = given.primary_visit if given.primary_visit in across else across[-1]
        visit = st.selectbox(
            "Visit of the primary question", across, across.index(first), key=f"{key}_visit"
        )
        plan = replace(plan, primary_visit=visit)
    keys = contrast_keys(study, plan)
    asked = [one for one in keys if one[2] in ("", plan.primary_visit)]
    primary = st.selectbox(
        "Primary question, a − b",
        asked,
        index=asked.index(given.primary) if given.primary in asked else 0,
        format_func=_pair,
        key=f"{key}_primary_{plan.control}_{plan.primary_visit}",
    )
    others = [one for one in keys if one != primary]
    secondary = st.multiselect(
        "Key secondary questions, in their order",
        others,
        default=[one for one in given.key_secondary if one in others],
        format_func=write_contrast,
        key=f"{key}_secondary_{plan.control}",
        placeholder="none" if others else "there is no other contrast",
        help="Tested only after the primary question. All else is exploratory.",
    )
    by = st.segmented_control(
        "Tested",
        list(SECONDARY),
        default=given.secondary,
        format_func=SECONDARY.__getitem__,
        required=True,
        key=f"{key}_by",
        help="Holm adjusts them together. A fixed sequence stops at the first that fails.",
    )
    return replace(plan, primary=primary, key_secondary=tuple(secondary), secondary=by)


def _choices(plan: Plan, given: Plan, key: str) -> Plan:
    """Score, depth range, level, and what the design has beside them."""
    score = st.segmented_control(
        "Score",
        list(SCORE_NAMES),
        default=given.score,
        format_func=SCORE_NAMES.__getitem__,
        required=True,
        key=f"{key}_score",
    )
    depth_um = st.slider(
        "Depth range, µm under the DEJ", 0, DEEPEST_UM, given.depth_um, key=f"{key}_depth"
    )
    population = st.segmented_control(
        "Population",
        list(POPULATIONS),
        default=given.population,
        format_func=POPULATIONS.__getitem__,
        required=True,
        key=f"{key}_population",
    )
    with st.container(horizontal=True):
        alpha = st.number_input(
            "Alpha, two-sided",
            min_value=0.001,
            max_value=0.2,
            value=given.alpha,
            step=0.005,
            format="%.3f",
            key=f"{key}_alpha",
        )
        mads = st.number_input(
            "Flag values beyond, MADs",
            min_value=1.0,
            max_value=20.0,
            value=given.outlier_mads,
            step=0.5,
            key=f"{key}_mads",
        )
    chosen = str(score or given.score)
    plan = replace(
        plan,
        value=chosen,
        score=chosen,
        depth_um=(int(depth_um[0]), int(depth_um[1])),
        alpha=float(alpha),
        outlier_mads=float(mads),
        population=population,
    )
    if plan.within is None:
        equal = st.segmented_control(
            "Variances",
            list(VARIANCES),
            default=given.equal_variances,
            format_func=VARIANCES.__getitem__,
            required=True,
            key=f"{key}_variances",
        )
        return replace(plan, equal_variances=equal is not False)
    with st.container(horizontal=True):
        threshold = st.number_input(
            "Responder from a change of",
            min_value=-WIDEST,
            max_value=WIDEST,
            value=given.responder_threshold,
            step=0.05,
            placeholder="none",
            key=f"{key}_threshold",
            help="In units of the score, since the baseline.",
        )
        delta = st.number_input(
            "Delta for withdrawals, up to",
            min_value=0.0,
            max_value=WIDEST,
            value=given.delta,
            step=0.05,
            placeholder="none",
            key=f"{key}_delta",
            help="How much worse than expected whoever left may have fared, in the sensitivity.",
        )
    return replace(plan, responder_threshold=threshold, delta=delta)


def _save(access: Access, study: Study, wanted: Plan, history: tuple[StoredPlan, ...]) -> None:
    unchanged = bool(history) and wanted == history[0].plan
    if unchanged:
        st.caption(f"Nothing differs from version {history[0].version}.")
    elif history and history[0].locked:
        st.caption(
            f"Version {history[0].version} is locked and stays as it is. A new version will show "
            "as an amendment, with each result."
        )
    pressed = st.button(
        f"Save version {len(history) + 1}",
        type="primary",
        icon=":material/save:",
        disabled=unchanged,
        key="save_plan",
    )
    if pressed_by(access, pressed, place="plan"):
        with refusals():
            with access.write() as tx:
                write_plan(tx, study.study_id, wanted)
            st.rerun()


def _show(access: Access, study: Study, history: tuple[StoredPlan, ...]) -> None:
    """The newest version in words, its lock, and the versions before it."""
    newest = history[0]
    icon = ":material/lock:" if newest.locked else ":material/lock_open:"
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(f"{icon} **{plain(state_sentence(newest))}**")
    table = plan_table(newest.plan, sides=study.kind == "hemi_face", sealed=newest.sealed)
    if not newest.locked:
        with right:
            _lock(access, study, newest)
    st.table(table.map(plain).set_index("Choice"), border="horizontal")
    st.download_button(
        "Plan as CSV",
        lambda: csv_bytes(table),
        f"{study.name} plan version {newest.version}.csv",
        icon=":material/download:",
    )
    if len(history) > 1:
        st.markdown("**Versions**")
        versions = version_table(history)
        st.dataframe(versions, hide_index=True)
        st.download_button(
            "Versions as CSV",
            lambda: csv_bytes(versions),
            f"{study.name} plan versions.csv",
            icon=":material/download:",
        )


def _lock(access: Access, study: Study, newest: StoredPlan) -> None:
    """One more press, after what locking means has been read."""
    version = newest.version
    with st.popover(f"Lock version {version}", icon=":material/lock:", width="stretch"):
        who = f"by {plain(access.user)}" if access.user else "with your name"
        st.markdown(
            f"Version {version} is fixed **{who}**, with the time, and can never be changed. "
            "Results that ask what it says are called *planned* from then on; a later version "
            "shows as an amendment."
        )
        pressed = st.button(
            f"Lock version {version} for good", type="primary", icon=":material/lock:", key="lock"
        )
        if pressed_by(access, pressed, place="lock"):
            with refusals():
                with access.write() as tx:
                    lock_plan(tx, study.study_id, version)
                st.rerun()


def _pair(key: ContrastKey) -> str:
    a, b, _ = key
    return f"{a} − {b}"
