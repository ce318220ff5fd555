"""The chosen card as its report shows it, and what can be done to it."""

import streamlit as st

from dermdash.reporting.assembly import printed_content
from dermdash.trial.reports import (
    StoredCard,
    StoredReport,
    change_card,
    move_card,
    refresh_card,
    remove_card,
)
from dermdash.ui.cells import plain
from dermdash.ui.content_parts import show_content
from dermdash.ui.guard import Access, pressed_by, refusals, refuse
from dermdash.ui.held_button import draw_button, held_button, take_press
from dermdash.ui.report_cards import LONGEST_TEXT
from dermdash.ui.report_choice import LONGEST_TITLE
from dermdash.ui.report_states import State

LONGEST_COMMENT = 2_000


def preview(
    access: Access, report: StoredReport, card: StoredCard, state: State, *, mark: str
) -> None:
    """Title, comment and content of a card, as they will be printed."""
    with st.container(border=True, key="report_preview"):
        _acts(access, report, card, state)
        st.subheader(plain(card.title), anchor=False)
        if card.state in ("failed", "sealed"):
            refuse(card.error or state.about)
        elif state.badge.startswith("Being"):
            st.info(f"{state.badge}. {state.about}".strip(), icon=f":material/{state.icon}:")
        content, _ = printed_content(card, old=state.outdated)
        if content is None:
            return
        show_content(
            content,
            key=f"card_{card.card_id}",
            name=f"{report.title} {card.position}",
            mark=mark,
            titled=card.question is None,
        )
        if card.result is not None:
            by = f"{card.result.at:%Y-%m-%d %H:%M} UTC by {card.result.key.software}"
            st.caption(plain(f"Answered {by}."))


def _acts(access: Access, report: StoredReport, card: StoredCard, state: State) -> None:
    last = len(report.cards)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Card {card.position} of {last}", width="stretch")
        moves = (
            ("To the top", "vertical_align_top", 1),
            ("Up", "arrow_upward", card.position - 1),
            ("Down", "arrow_downward", card.position + 1),
        )
        for label, icon, position in moves:
            draw_button(
                "",
                icon=f":material/{icon}:",
                key=f"move_{icon}",
                help_text=label,
                disabled=position == card.position or not 1 <= position <= last,
            )
        _edit(access, card)
        if card.question is not None:
            draw_button(
                "Refresh",
                icon=":material/refresh:",
                key="refresh_card",
                disabled=state.badge.startswith("Being"),
            )
        _remove(access, card)
    wanted = [position for _, icon, position in moves if take_press(f"move_{icon}")]
    refresh = take_press("refresh_card") and card.question is not None
    if pressed_by(access, refresh or bool(wanted), place="card_acts"):
        with refusals():
            with access.write() as tx:
                if refresh:
                    refresh_card(tx, card.card_id)
                for position in wanted:
                    move_card(tx, card.card_id, position)
            st.rerun()


def _edit(access: Access, card: StoredCard) -> None:
    """Title and comment, of a text its words; saved together."""
    now = f"{card.card_id}_{hash((card.title, card.comment, card.text))}"
    with st.popover("Edit", icon=":material/edit:", key=f"edit_{now}"):
        title = st.text_input("Title", card.title, max_chars=LONGEST_TITLE, key=f"card_title_{now}")
        comment, text = "", None
        if card.question is None:
            text = st.text_area(
                "Text", card.text, max_chars=LONGEST_TEXT, height=260, key=f"card_text_{now}"
            )
        else:
            comment = st.text_area(
                "Comment",
                card.comment,
                max_chars=LONGEST_COMMENT,
                key=f"card_comment_{now}",
                help="Stands between the title and the result, in every format",
            )
        pressed = held_button("Save the card", kind="primary", key="save_card")
        if pressed_by(access, pressed, place="edit_card"):
            with refusals():
                with access.write() as tx:
                    change_card(tx, card.card_id, title=title, comment=comment, text=text)
                st.rerun()


def _remove(access: Access, card: StoredCard) -> None:
    with st.popover("Remove", icon=":material/delete:", key=f"remove_{card.card_id}"):
        st.markdown(f"**{plain(card.title)}** leaves this report; no result is lost.")
        pressed = held_button("Remove the card", kind="primary", key="remove_card")
        if pressed_by(access, pressed, place="remove_card"):
            with refusals():
                with access.write() as tx:
                    remove_card(tx, card.card_id)
                st.rerun()
