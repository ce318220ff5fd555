"""What must be said wherever results show: synthetic scans, what the model may be used for, arms
that are sealed, DEJs that were given after unblinding.
"""

import streamlit as st

from dermdash.reporting.caveats import (
    erased_sentence,
    late_dejs_sentence,
    withheld_sentence,
)
from dermdash.reporting.stars import DEMONSTRATION, may_claim
from dermdash.trial.life import count_dejs_after_unblinding
from dermdash.trial.protocols import Protocol, current_protocol, get_model
from dermdash.trial.results import count_results_before_erasure
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access

STATES = {"locked": "DATA LOCKED", "unblinded": "UNBLINDED"}


def ribbon(access: Access, study: Study) -> None:
    """One quiet line over the page about a study."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        card = get_model(tx, protocol.model_digest).card if protocol else {}
    demonstration = is_demonstration(protocol)
    state = STATES.get(study.state)
    if not (study.synthetic or demonstration or study.blinded or state):
        return
    with st.container(horizontal=True, key="ribbon", vertical_alignment="center", gap="small"):
        if study.synthetic:
            st.badge("SYNTHETIC", icon=":material/science:", color="gray")
        if study.blinded:
            st.badge("BLINDED: ARMS BY CODE", icon=":material/visibility_off:", color="gray")
        if state is not None:
            st.badge(state, icon=":material/lock:", color="gray")
        if demonstration:
            st.badge("DEMONSTRATION MODEL", icon=":material/model_training:", color="gray")
            st.caption(plain(card.get("statement", "")).rstrip(".") + ".")
        elif study.synthetic:
            st.caption("These scans are phantoms with known truth, not skin.")


def state_words(study: Study) -> str:
    """
    >>> from types import SimpleNamespace
    >>> state_words(SimpleNamespace(state="locked", blinded=True))
    'data locked · blinded, arms by code'
    """
    words = "data locked" if study.state == "locked" else study.state
    return f"{words} · blinded, arms by code" if study.blinded else words


def mark(access: Access, study: Study) -> str:
    """What the ribbon says, for a figure that leaves the page; empty where there is nothing.

    Such as ``SYNTHETIC · DEMONSTRATION MODEL``.
    """
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
    words = {
        "SYNTHETIC": study.synthetic,
        "DEMONSTRATION MODEL": is_demonstration(protocol),
        "BLINDED: ARMS BY CODE": study.blinded,
    }
    return " · ".join(word for word, holds in words.items() if holds)


def caveats(access: Access, study: Study) -> None:
    """What to know of a study before its result is believed: why it shows scores only, which DEJs
    were given knowing the arms, that a subject is gone.
    """
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        n_later = count_dejs_after_unblinding(tx, study.study_id)
        n_before = count_results_before_erasure(tx, study.study_id)
    if late := late_dejs_sentence(n_later):
        st.warning(late, icon=":material/visibility:")
    if gone := erased_sentence(n_before):
        st.caption(f":material/person_off: {gone}")
    if protocol and not may_claim(synthetic=study.synthetic, model_use=protocol.model_use):
        st.info(plain(withheld_sentence(protocol.model_name)), icon=":material/info:")


def is_demonstration(protocol: Protocol | None) -> bool:
    return protocol is not None and protocol.model_use.startswith(DEMONSTRATION)
