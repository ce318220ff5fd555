"""All that a study's reports were rendered to: who, when, which bytes; to be fetched again."""

import streamlit as st

from dermdash.trial.reports import Rendering, list_renderings
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access
from dermdash.ui.report_formats import KINDS, download, size_words

SHOWN = 30
WIDTHS = (2.4, 1.3, 1.6, 1.3, 0.7, 1.3, 1.0)


def renderings_table(access: Access, study: Study) -> None:
    """The newest first, each with its hash; those of deleted reports, too."""
    with access.read() as tx:
        renderings = list_renderings(tx, study.study_id)
    if not renderings:
        st.write("Nothing was rendered yet. Each file that is made is kept here, with its hash.")
        return
    everything = len(renderings) <= SHOWN or st.toggle(
        f"All {len(renderings)}", key="all_renderings"
    )
    with st.container(key="renderings", gap="xsmall"):
        heads = ("Report", "Format", "Made (UTC)", "By", "Size", "SHA-256", "")
        for column, head in zip(st.columns(WIDTHS), heads, strict=True):
            column.caption(f"**{head}**" if head else "")
        for one in renderings if everything else renderings[:SHOWN]:
            _row(access, one)
    st.caption(
        "The bytes are kept as they were made, and checked against their SHA-256 when they are "
        "fetched. Deleting a report leaves them here."
    )


def _row(access: Access, one: Rendering) -> None:
    cells = st.columns(WIDTHS, vertical_alignment="center")
    kind = KINDS[one.format]
    cells[0].markdown(plain(one.title))
    if one.erased_since:
        with cells[0]:
            st.badge(
                "A subject was erased since",
                icon=":material/person_off:",
                color="orange",
                help="It rests on data that are gone",
            )
    cells[1].markdown(f":material/{kind.icon}: {kind.name}")
    cells[2].markdown(f"{one.at:%Y-%m-%d %H:%M:%S}")
    cells[3].markdown(plain(one.author))
    cells[4].markdown(size_words(one.bytes))
    cells[5].markdown(f"`{one.sha256[:12]}`", help=one.sha256)
    with cells[6]:
        download(access, one, "Fetch", key=f"fetch_{one.rendering_id}")
