"""The pages by their places under ``pages/``, and the ways between them."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

# Without resolve() Streamlit does not find the pages.
PAGES = Path(__file__).resolve().parents[2] / "pages"


def go(page: str, *, query: Mapping[str, str] | None = None) -> None:
    """Open another page, such as ``data/studies.py``; what stands behind the call is not run."""
    st.switch_page(PAGES / page, query_params=dict(query or {}))


def link(page: str, label: str, *, icon: str) -> None:
    """A link to another page."""
    st.page_link(PAGES / page, label=label, icon=f":material/{icon}:")


def result_page(kind: str) -> str:
    """Where a study of this kind finds its answer.

    >>> result_page("cohorts"), result_page("hemi_face")
    ('results/cohorts.py', 'results/before_after.py')
    """
    return "results/cohorts.py" if kind == "cohorts" else "results/before_after.py"
