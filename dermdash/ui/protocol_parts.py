"""Which model and sampling a study's results stand on."""

import streamlit as st

from dermdash.trial.protocols import current_protocol, get_model
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access


def protocol_card(access: Access, study: Study) -> None:
    """Which model and sampling the study's results stand on."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        card = get_model(tx, protocol.model_digest).card if protocol else {}
    if protocol is None:
        st.info("The first scan fixes the reading protocol: model, slab and patches a layer.")
        return
    sampling = protocol.sampling
    patches = "as many patches as fit" if sampling.crops is None else f"{sampling.crops} patches"
    st.markdown(
        f"Version {protocol.version} by {plain(protocol.author)}: model "
        f"**{plain(protocol.model_name)}** (`{protocol.model_digest[:12]}`, "
        f"{plain(protocol.model_use)}); layers 0 to {sampling.thickness_um - 1} µm under the DEJ "
        f"with a margin of {sampling.margin_um} µm; {patches} of 400 µm a layer."
    )
    st.caption(plain(card.get("statement", "")))
