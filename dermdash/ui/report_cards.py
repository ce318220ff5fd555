"""The cards of a report in their order, one of them chosen."""

import re
from collections.abc import Mapping

import streamlit as st

from dermdash.reporting.stored_blocks import stored_message
from dermdash.trial.reports import StoredCard, StoredReport, add_text, refresh_card
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.held_button import held_button
from dermdash.ui.report_choice import LONGEST_TITLE
from dermdash.ui.report_states import State

SHOWN = 100  # letters of a card's message in the list
LONGEST_TEXT = 20_000


def choose_card(
    access: Access, report: StoredReport, states: Mapping[int, State]
) -> StoredCard | None:
    """The cards in order; returns the chosen one, the first until one is chosen."""
    cards = {card.card_id: card for card in report.cards}
    key = chosen_key(report)
    if st.session_state.get(key) not in cards:
        st.session_state[key] = next(iter(cards), None)
    chosen = st.session_state[key]
    with st.container(key="report_cards", gap="xsmall"):
        _act_on_all(access, report, states)
        for card in report.cards:
            _card(report, card, states[card.card_id], chosen=card.card_id == chosen)
    return cards.get(chosen)


def chosen_key(report: StoredReport) -> str:
    """Where the chosen card's id is kept."""
    return f"card_of_{report.report_id}"


def message_of(card: StoredCard) -> str:
    """One line of what a card says, "" where it says nothing yet."""
    if card.state == "failed":
        words = card.error or ""
    elif card.question is None:
        words = card.text
    else:
        words = "" if card.result is None else stored_message(card.result.body)
    return shorten(" ".join(words.split()))


def shorten(words: str, most: int = SHOWN) -> str:
    """
    >>> shorten("active rose more than placebo", 17)
    'active rose more …'
    """
    if len(words) <= most:
        return words
    return re.sub(r"\s+\S*$", "", words[: most + 1]) + " …"


def _card(report: StoredReport, card: StoredCard, state: State, *, chosen: bool) -> None:
    name = f"card_{'chosen' if chosen else 'other'}_{card.card_id}"
    with st.container(border=True, key=name, gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                f"**{card.position}  {plain(card.title)}**",
                type="tertiary",
                width="stretch",
                key=f"choose_card_{card.card_id}",
                on_click=_choose,
                args=(chosen_key(report), card.card_id),
            )
            if card.question is not None:
                st.badge(state.badge, icon=f":material/{state.icon}:", color=state.color)  # type: ignore[arg-type]
        st.caption(plain(message_of(card)) or "&nbsp;")


def _act_on_all(access: Access, report: StoredReport, states: Mapping[int, State]) -> None:
    outdated = [one for one in report.cards if states[one.card_id].outdated]
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = outdated and held_button(
            f"Refresh {plural(len(outdated), 'card')}",
            icon=":material/refresh:",
            kind="primary",
            key="refresh_all",
        )
        _add_text(access, report)
    if pressed_by(access, bool(pressed), place="refresh_all"):
        with refusals():
            with access.write() as tx:
                for card in outdated:
                    refresh_card(tx, card.card_id)
            st.rerun()


def _add_text(access: Access, report: StoredReport) -> None:
    turn = len(report.cards)
    with st.popover("Add a text", icon=":material/notes:", key=f"add_text_{turn}"):
        title = st.text_input("Title", key=f"text_title_{turn}", max_chars=LONGEST_TITLE)
        text = st.text_area(
            "Text",
            key=f"text_{turn}",
            max_chars=LONGEST_TEXT,
            placeholder="What the reader should know before the numbers",
            help="Printed as written; an empty line begins a new paragraph",
        )
        pressed = held_button("Add the text", kind="primary", key="add_the_text")
        if pressed_by(access, pressed, place="add_text"):
            with refusals():
                with access.write() as tx:
                    card_id = add_text(tx, report.report_id, title, text)
                st.session_state[chosen_key(report)] = card_id
                st.rerun()


def _choose(key: str, card_id: int) -> None:
    st.session_state[key] = card_id
