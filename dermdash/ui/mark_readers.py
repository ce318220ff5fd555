"""Who marked what, how far readers agree, and which share of scans comes twice."""

import streamlit as st

from dermdash.reporting.agreement import agreement_table, read_agreement
from dermdash.stats.readers import agreements
from dermdash.trial.marking_pairs import marking_pairs, reader_table
from dermdash.trial.markings import MOST_TWICE, duplicate_share, set_duplicate_share
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, refusals
from dermdash.ui.table_parts import csv_button

SHARE = "marking_share"


@st.fragment
def readers(access: Access, study: Study, *, folded: bool) -> None:
    """The readers of a study; nothing here says whose scans they marked.

    folded : while scans wait; then only counted when it is opened
    """
    title = "Readers, and how far they agree"
    if not folded:
        st.subheader(title)
        _readers(access, study)
        return
    panel = st.expander(title, icon=":material/group:", key="mark_readers", on_change="rerun")
    if panel.open:
        with panel:
            _readers(access, study)


def _readers(access: Access, study: Study) -> None:
    with access.read() as tx:
        who = reader_table(tx, study.study_id)
        pairs = marking_pairs(tx, study.study_id)
        share = duplicate_share(tx, study.study_id)
    if who.empty:
        st.write("Nobody has marked a scan of this study here yet.")
    else:
        names = ["Reader", "Scans marked", "Could not tell", "Seen again", "Median of a look (s)"]
        st.dataframe(
            who.set_axis(names, axis=1),
            hide_index=True,
            column_config={names[-1]: st.column_config.NumberColumn(format="%.0f")},
            width="content",
        )
    found = agreements(pairs)
    for one in found:
        st.markdown(plain(read_agreement(one)))
    if found:
        table = agreement_table(found)
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                name: st.column_config.Column(alignment="right") for name in table.columns[1:]
            },
        )
        csv_button("Download the pairs as CSV", pairs, f"{study.name} marking pairs")
        st.caption(
            "Differences and their SD are those of mean depths over the field; the distance is the "
            "mean absolute one between both surfaces. Limits of agreement after Bland and Altman "
            "(1999); ICC(1,1) for one reader's looks, ICC(2,1), absolute agreement, for two "
            "readers'. In brackets 95 % confidence intervals."
        )
    elif not who.empty:
        st.caption("No scan was seen twice yet, by one reader or by two.")
    _ask_share(access, study, share)


def _ask_share(access: Access, study: Study, share: float) -> None:
    st.session_state[SHARE] = round(100 * share)
    st.number_input(
        "Scans that come twice, and that come to a second reader (%)",
        0,
        round(100 * MOST_TWICE),
        step=5,
        key=SHARE,
        on_change=_set_share,
        args=(access, study),
        width=420,
        disabled=study.state != "collecting",
    )
    st.caption(
        "The first accepted look at a scan becomes its DEJ. Second looks, and looks of other "
        "readers, are kept to measure agreement and change no DEJ."
    )


def _set_share(access: Access, study: Study) -> None:
    with refusals(), access.write() as tx:
        set_duplicate_share(tx, study.study_id, st.session_state[SHARE] / 100)
