"""What may be said of a study's product, on a page: the card of claims, asked when it is opened."""

import streamlit as st

from dermdash.reporting.blocks import Content
from dermdash.reporting.cards.claims import Claims
from dermdash.reporting.cards.source import Source
from dermdash.reporting.claims.ground import Ground
from dermdash.trial.studies import Study
from dermdash.ui.content_parts import show_content
from dermdash.ui.guard import Access
from dermdash.ui.ribbon import mark


def show_claims(access: Access, study: Study) -> None:
    """What is offered and what is not, just as the card in a report says it."""
    card = Claims(study.study_id)
    with access.read() as tx:
        ground = card.read(Source(tx))
    content = _answered(ground.digest, study.study_id, ground)
    show_content(
        content,
        key=f"claims_{study.study_id}",
        name=f"{study.name} claims",
        mark=mark(access, study),
    )


@st.cache_data(max_entries=16, show_spinner="Weighing what may be said")
def _answered(digest: str, study_id: int, _ground: Ground) -> Content:
    return Claims(study_id).answer(_ground)
