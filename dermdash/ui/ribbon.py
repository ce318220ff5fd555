"""What must be said wherever results show: synthetic scans, and what the model may be used for."""

import streamlit as st

from dermdash.reporting.stars import DEMONSTRATION, may_claim
from dermdash.trial.protocols import Protocol, current_protocol, get_model
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access


def ribbon(access: Access, study: Study) -> None:
    """One quiet line over the page about a study."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        card = get_model(tx, protocol.model_digest).card if protocol else {}
    demonstration = is_demonstration(protocol)
    if not study.synthetic and not demonstration:
        return
    with st.container(horizontal=True, key="ribbon", vertical_alignment="center", gap="small"):
        if study.synthetic:
            st.badge("SYNTHETIC", icon=":material/science:", color="gray")
        if demonstration:
            st.badge("DEMONSTRATION MODEL", icon=":material/model_training:", color="gray")
            st.caption(plain(card.get("statement", "")).rstrip(".") + ".")
        else:
            st.caption("These scans are phantoms with known truth, not skin.")


def mark(access: Access, study: Study) -> str:
    """What the ribbon says, for a figure that leaves the page; empty where there is nothing.

    Such as ``SYNTHETIC · DEMONSTRATION MODEL``.
    """
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
    words = {"SYNTHETIC": study.synthetic, "DEMONSTRATION MODEL": is_demonstration(protocol)}
    return " · ".join(word for word, holds in words.items() if holds)


def withheld(access: Access, study: Study) -> None:
    """Why a real study shows scores only."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
    if protocol and not may_claim(synthetic=study.synthetic, model_use=protocol.model_use):
        st.info(
            f"Scores are shown; stars and claims are withheld, because the model "
            f"**{plain(protocol.model_name)}** is a demonstration and was not validated on skin.",
            icon=":material/info:",
        )


def is_demonstration(protocol: Protocol | None) -> bool:
    return protocol is not None and protocol.model_use.startswith(DEMONSTRATION)
