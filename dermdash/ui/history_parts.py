"""Who changed what in a study."""

from typing import Any

import streamlit as st

from dermdash.trial.audit import history
from dermdash.trial.blinding import HIDDEN, blinded_studies
from dermdash.ui.guard import Access


def history_table(access: Access) -> None:
    """The newest entries of the audit."""
    with access.read() as tx:
        entries = history(tx, limit=200)
        sealed = bool(blinded_studies(tx))
    if sealed:
        st.caption(
            ":material/visibility_off: What would tell the arms of a blinded study apart is left "
            f"out until it is unblinded, and stands as {HIDDEN}."
        )
    entries["after"] = entries["after"].map(_short)
    st.dataframe(
        entries[["at", "by", "act", "entity", "after", "reason"]],
        hide_index=True,
        column_config={
            "at": st.column_config.DatetimeColumn("When (UTC)", format="YYYY-MM-DD HH:mm:ss"),
            "by": "Who",
            "act": "Did",
            "entity": "What",
            "after": "Now",
            "reason": "Reason",
        },
    )


def _short(values: Any) -> str:
    shown = values if isinstance(values, dict) else {}
    return ", ".join(f"{key} {value}" for key, value in shown.items() if value is not None)[:120]
