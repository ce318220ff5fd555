"""What a result stands without: scans that are not graded, excluded or too short."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.trial.scans import scan_table
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access

PENDING = ("no DEJ", "cannot tell", "queued", "running", "failed")


def scan_words(access: Access, study_ids: Sequence[int]) -> list[str]:
    """How many scans of the studies a result does not have yet, or was told to leave out."""
    with access.read() as tx:
        states = pd.concat([scan_table(tx, one)["state"] for one in study_ids])
    words = []
    if pending := int(states.isin(PENDING).sum()):
        whole = "the study" if len(study_ids) == 1 else "the studies"
        words.append(
            f"{pending} of {len(states)} scans of {whole} are not graded: this is an interim look"
        )
    if excluded := int((states == "excluded").sum()):
        words.append(plural(excluded, "scan is excluded", "scans are excluded"))
    return words


def show_left_out(access: Access, study_id: int, scored: Scored) -> None:
    """What a comparison over visits stands without."""
    words = scan_words(access, [study_id])
    for arm, cells in scored.short.groupby("arm", observed=True, sort=False):
        words.append(f"{plural(len(cells), 'visit')} of {arm} missing: depths not covered")
    if words:
        st.caption(plain("; ".join(words)) + ".")
