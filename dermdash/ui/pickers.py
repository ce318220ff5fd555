"""What a page is about: the study, kept across pages and in the address; a row of a table."""

import streamlit as st

from dermdash.trial.studies import Kind, Study, find_study, get_study, study_names
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, forget, remember
from dermdash.ui.places import go
from dermdash.ui.progress import worker_line
from dermdash.ui.ribbon import ribbon, state_words

KINDS: dict[Kind, str] = {
    "cohorts": "Groups compared once",
    "before_after": "Before and after, with a control",
    "hemi_face": "Two sides of one face",
}


def sidebar(access: Access, *, about_study: bool = True) -> Study | None:
    """Under the navigation: the chosen study, the worker, the user. Returns the study.

    about_study : whether the page is about it, and so opens with its ribbon
    """
    with st.sidebar:
        study = _pick_study(access)
        with st.container(key="status", gap="xxsmall"):
            worker_line(access)
            _who(access)
    remember(access)
    if study is not None and about_study:
        ribbon(access, study)
    return study


def chosen_study(access: Access, *, title: str, empty: str) -> Study:
    """The study that a page is about; where there is none, the page says so and leads on.

    empty : the sentence in its place
    """
    study = sidebar(access)
    if study is None:
        st.title(title)
        st.write(empty)
        if st.button("Create your first study", type="primary", icon=":material/science:"):
            go("data/studies.py")
        st.stop()
    return study


def choose_study(name: str) -> None:
    """Make a study the chosen one, from the next run on."""
    st.session_state["next_study"] = name


def _pick_study(access: Access) -> Study | None:
    with access.read() as tx:
        names = study_names(tx)
    if not names:
        return None
    if (wanted := st.session_state.pop("next_study", None)) in names:
        st.session_state["study"] = wanted
    if st.session_state.get("study") not in names:
        st.session_state.pop("study", None)
    name = st.selectbox("Study", names, key="study", bind="query-params")
    with access.read() as tx:
        study_id = find_study(tx, name)
        study = get_study(tx, study_id) if study_id is not None else None
    if study is not None:
        st.caption(f"{KINDS[study.kind]} · {state_words(study)}")
    return study


def _who(access: Access) -> None:
    if access.user is None:
        st.caption("You: not named yet, asked when you first write")
        return
    st.caption(f"You: {plain(access.user)}")
    st.button("Change name", type="tertiary", on_click=forget, key="change_name")
