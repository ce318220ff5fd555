"""Which model and sampling a study's results stand on, and how that is changed."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dermdash.analysis.filters import DEPTHS_UM
from dermdash.errors import DermdashError
from dermdash.grading.model import Model, list_models
from dermdash.imaging.dej import MIN_LAYERS
from dermdash.imaging.slab import Sampling
from dermdash.reporting.protocols import protocol_words
from dermdash.reporting.tables import csv_bytes
from dermdash.trial.protocols import Protocol, current_protocol, get_model, protocol_versions
from dermdash.trial.requests import preview_protocol, set_protocol
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, known, refusals, refuse

DEJ_RULE = (
    "DEJ: the last marking of a scan counts, a plane or a surface; layer k lies k µm under it, "
    "measured along z."
)
PREVIEW = "protocol_preview"


def protocol_card(access: Access, study: Study) -> None:
    """What the results stand on, every version of it, and a form for the next."""
    with access.read() as tx:
        protocol = current_protocol(tx, study.study_id)
        card = get_model(tx, protocol.model_digest).card if protocol else {}
        versions = protocol_versions(tx, study.study_id)
    if protocol is None:
        st.info("The first scan fixes the reading protocol: model, slab and patches a layer.")
        return
    st.markdown(f"**Version {protocol.version}**: {plain(protocol_words(protocol))}. {DEJ_RULE}")
    st.caption(plain(card.get("statement", "")))
    if study.state == "collecting":
        _change(access, study, protocol)
    else:
        st.caption(f"The study is {study.state}: its reading protocol stands.")
    st.markdown("**All versions**")
    _versions(study, versions)


def _change(access: Access, study: Study, protocol: Protocol) -> None:
    """A form, what it would need, and only then the button that saves it."""
    with st.expander("Change the protocol", icon=":material/edit:"):
        if not known(access, place="protocol"):
            return
        models = {one.digest: one for one in list_models(access.store.settings.model_folders)}
        if not models:
            refuse("no model is found; copy its folder into models/ of the data folder")
            return
        digests = list(models)
        with (
            st.form("protocol", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            digest = st.selectbox(
                "Model",
                digests,
                index=digests.index(protocol.model_digest)
                if protocol.model_digest in models
                else 0,
                format_func=lambda one: f"{models[one].name} ({one[:8]}, {models[one].use})",
            )
            thickness_um = st.number_input(
                "Slab under the DEJ (µm)", MIN_LAYERS, 200, protocol.sampling.thickness_um
            )
            margin_um = st.number_input(
                "Margin above and below (µm)", 0, 50, protocol.sampling.margin_um
            )
            if st.form_submit_button("See what this needs"):
                st.session_state[PREVIEW] = (study.study_id, digest, thickness_um, margin_um)
        asked = st.session_state.get(PREVIEW)
        if asked is None or asked[0] != study.study_id or asked[1] not in models:
            return
        _, chosen, thickness_um, margin_um = asked
        with refusals():
            sampling = replace(
                protocol.sampling, thickness_um=int(thickness_um), margin_um=int(margin_um)
            )
            _preview(access, study, protocol, models[chosen], sampling)


def _preview(
    access: Access, study: Study, protocol: Protocol, model: Model, sampling: Sampling
) -> None:
    if (model.digest, sampling) == (protocol.model_digest, protocol.sampling):
        st.info("This is the protocol as it stands.", icon=":material/check_circle:")
        return
    with access.write() as tx:
        needed = preview_protocol(tx, study.study_id, model=model, sampling=sampling)
    st.markdown(
        f"Version {protocol.version + 1} would queue **{plural(needed.n_queued, 'grading')}**; "
        f"{needed.n_there} are there already. Results stand on them from then on, and kept "
        "gradings of earlier versions stay."
    )
    if sampling.thickness_um <= DEPTHS_UM[1]:
        st.caption(
            f":material/warning: A score over {DEPTHS_UM[0]} to {DEPTHS_UM[1]} µm needs "
            f"{DEPTHS_UM[1] + 1} µm: with {sampling.thickness_um} µm every subject is missing for "
            "it, and a shallower range must be chosen on the result pages."
        )
    with (
        st.form("save_protocol", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        reason = st.text_input("Why", placeholder="model validated on skin in March")
        verb = f"Save version {protocol.version + 1} and grade {plural(needed.n_queued, 'scan')}"
        if st.form_submit_button(verb, type="primary"):
            save_protocol(access, study, model, sampling, reason)


def save_protocol(
    access: Access, study: Study, model: Model, sampling: Sampling, reason: str
) -> None:
    """Save the next version; without a reason it is refused."""
    words = " ".join(reason.split())
    if not words:
        refuse("a protocol is changed without a reason; give one")
        return
    try:
        with access.write() as tx:
            set_protocol(tx, study.study_id, model=model, sampling=sampling, reason=words)
    except DermdashError as error:
        refuse(error)
        return
    st.session_state.pop(PREVIEW, None)
    st.rerun()


def _versions(study: Study, versions: pd.DataFrame) -> None:
    st.dataframe(
        versions.fillna({"reason": ""}),
        hide_index=True,
        column_order=[
            "version",
            "model",
            "thickness_um",
            "margin_um",
            "crops",
            "author",
            "at",
            "reason",
            "model_digest",
        ],
        column_config={
            "version": st.column_config.NumberColumn("Version", width="small"),
            "model": "Model",
            "thickness_um": st.column_config.NumberColumn("Slab (µm)"),
            "margin_um": st.column_config.NumberColumn("Margin (µm)"),
            "crops": st.column_config.NumberColumn("Patches a layer"),
            "author": "By",
            "at": st.column_config.DatetimeColumn("Saved (UTC)", format="YYYY-MM-DD HH:mm"),
            "reason": "Why",
            "model_digest": "Digest of the model",
        },
        placeholder="",
    )
    st.download_button(
        "Versions as CSV",
        lambda: csv_bytes(versions),
        f"{study.name} reading protocol.csv",
        icon=":material/download:",
    )
