"""How a study's files are named: written as a pattern, or marked on one name."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dermdash.trial.naming import set_name_pattern
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, refusals
from dermdash.ui.intake import first_cells
from dermdash.ui.intake_table import Intake, change_cells, hiding
from dermdash.ui.name_parts import ROLES, guess_roles, pattern_of, split_name
from dermdash.ui.naming import DEFAULT_PATTERN, FIELDS, read_name

EXAMPLE = "S01_D28_cheek-left.tif"
SHOWN_NAMES = 200


def name_pattern(access: Access, study: Study, intake: Intake) -> None:
    """Ask for the pattern, show what it makes of all names, and keep it with the study."""
    names = [candidate.file.name for candidate in intake.candidates] or [EXAMPLE]
    pattern = study.name_pattern or DEFAULT_PATTERN
    hide = hiding(access, study)
    with refusals():
        st.markdown(_fit(names, pattern, intake))
    how = st.segmented_control(
        "Say it by", ["an example", "a pattern"], default="an example", key="pattern_by"
    )
    if how == "a pattern":
        wanted = st.text_input(
            "Pattern of file names",
            pattern,
            key="pattern",
            help="{subject} {arm} {visit} {site} {replicate}; * stands for anything; "
            "with / also the names of folders",
        )
    else:
        wanted = _by_example(study, names, hide)
    with refusals():
        table = _reading(names, wanted)
        if study.blinded:
            table = table.drop(columns="arm", errors="ignore")
            table = table.map(lambda cell: hide(cell) if isinstance(cell, str) else cell)
        fits = int(table["fits"].sum())
        st.caption(f"`{wanted}` fits {fits} of {len(names)} names. They would become:")
        st.dataframe(
            table.drop(columns="fits"),
            hide_index=True,
            height=min(38 + 35 * len(table), 250),
            placeholder="",
        )
        if st.button("Read all names so", icon=":material/done_all:", disabled=not fits):
            _use(access, study, intake, wanted)
            st.rerun()


def _by_example(study: Study, names: Sequence[str], hide: Callable[[str], str]) -> str:
    """One name, its parts, and what each is."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "A file's name", names, format_func=hide, key="pattern_example", width=420
        )
        hyphens = st.toggle("Hyphens separate too", key="pattern_hyphens")
    tokens = split_name(name or names[0], at_hyphens=hyphens)
    guessed = guess_roles(tokens, study)
    roles = []
    with st.container(horizontal=True):
        for place, (part, guess) in enumerate(zip(tokens[::2], guessed, strict=True)):
            roles.append(
                st.selectbox(
                    plain(hide(part)) or "nothing",
                    ROLES,
                    index=ROLES.index(guess),
                    key=f"pattern_part_{place}_{hide(part)}_{hyphens}",
                    width=150,
                )
            )
    return pattern_of(tokens, roles)


def _reading(names: Sequence[str], pattern: str) -> pd.DataFrame:
    """What each name would become: the file, each field, and whether the pattern fits."""
    found = [read_name(name, pattern) for name in names]
    shown = [name for name in FIELDS if any(name in fields for fields in found)]
    table = pd.DataFrame(
        {
            "fits": [bool(fields) for fields in found],
            "file": list(names),
            **{field: [fields.get(field) for fields in found] for field in shown},
        }
    )
    return table.sort_values("fits", kind="stable").head(SHOWN_NAMES)


def _fit(names: Sequence[str], pattern: str, intake: Intake) -> str:
    fits = sum(bool(read_name(name, pattern)) for name in names)
    if not intake.candidates:
        return f"The study's files are named `{pattern}`, as `{EXAMPLE}`."
    return f"The study's files are named `{pattern}`: that fits **{fits} of {len(names)}**."


def _use(access: Access, study: Study, intake: Intake, pattern: str) -> None:
    with access.write() as tx:
        set_name_pattern(tx, study.study_id, pattern)
        roster = subject_table(tx, study.study_id)
    if intake.candidates:
        hide = hiding(access, study)
        cells = first_cells(intake.candidates, study, roster, pattern, hide)
        change_cells(study, cells.assign(take=intake.cells["take"], dej_um=intake.cells["dej_um"]))
