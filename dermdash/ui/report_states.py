"""How a report's card stands: answered by today's data, by earlier ones, not yet or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from dermdash.reporting.assembly import is_current
from dermdash.reporting.cards.source import Source
from dermdash.trial.audit import history
from dermdash.trial.reports import StoredCard, StoredReport
from dermdash.trial.transaction import Transaction
from dermdash.ui.guard import Access

LOOKED_AT = 200  # entries of the audit, among which one tells of data
PAPERWORK = ("job", "report", "card", "rendering", "result")


@dataclass(frozen=True, slots=True)
class State:
    """A card's state as a badge.

    outdated : whether today's data would be answered otherwise
    about : the same in a sentence, "" where the badge says all
    """

    badge: str
    icon: str
    color: str
    about: str = ""
    outdated: bool = False


WRITTEN = State("Text", "notes", "gray")
CURRENT = State("Current", "check_circle", "green", "Answered by the data as they are now.")
WAITING = State("Being answered", "hourglass_top", "blue")
REFRESHING = State(
    "Being refreshed", "hourglass_top", "blue", "What is shown was answered by earlier data."
)
SEALED = State(
    "Made before blinding",
    "visibility_off",
    "gray",
    "It speaks of arms by their names, so it is not shown until the study is unblinded.",
)
CHANGED = State(
    "Data changed since",
    "update",
    "orange",
    "Data, plan or protocol changed after this card was answered. It still shows what it showed; "
    "refresh it to answer it again.",
    outdated=True,
)


def state_of(card: StoredCard, *, current: bool) -> State:
    """A card's state.

    current : whether today's data give what the card shows

    >>> card = StoredCard(1, 1, "", "", None, "hello", None, "answered", None)
    >>> state_of(card, current=True).badge
    'Text'
    """
    if card.question is None:
        return WRITTEN
    match card.state:
        case "waiting":
            return WAITING if card.result is None else REFRESHING
        case "failed":
            return State("Failed", "error", "red", card.error or "", outdated=not current)
        case "sealed":
            return SEALED
    return CURRENT if current else CHANGED


def states_of(access: Access, report: StoredReport) -> dict[int, State]:
    """The state of each card, by its id."""
    home, keys = str(access.store.settings.home), _keys(report)
    with access.read() as tx:
        current = _current(home, keys, newest_entry(tx), tx, report)
    return {
        card.card_id: state_of(card, current=current.get(card.card_id, True))
        for card in report.cards
    }


def newest_entry(tx: Transaction) -> str:
    """The newest entry of the audit that tells of data: as long as it stays, none changed."""
    entries = history(tx, limit=LOOKED_AT)[["at", "by", "act", "entity"]]
    about = entries["entity"].str.partition(" ")[0]
    telling = entries[~about.isin(PAPERWORK)]
    return (telling.head(1) if len(telling) else entries.tail(1)).to_csv()


def _keys(report: StoredReport) -> tuple[tuple[int, str], ...]:
    return tuple(
        (card.card_id, card.result.key.digest) for card in report.cards if card.result is not None
    )


@st.cache_data(max_entries=64, show_spinner="Looking whether the data changed")
def _current(
    home: str,
    keys: tuple[tuple[int, str], ...],
    newest: str,
    _tx: Transaction,
    _report: StoredReport,
) -> Mapping[int, bool]:
    source = Source(_tx)
    return {
        card.card_id: is_current(source, card) for card in _report.cards if card.result is not None
    }
