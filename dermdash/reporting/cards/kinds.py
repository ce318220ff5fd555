"""Every kind of card, by the name that its question is kept under."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from dermdash.errors import StoreError
from dermdash.reporting.cards.baseline import Baseline
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.cards.claims import Claims
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.cards.deviations import Deviations
from dermdash.reporting.cards.glossary import Glossary
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.limitations import Limitations
from dermdash.reporting.cards.methods import Methods
from dermdash.reporting.cards.one_scan import OneScan
from dermdash.reporting.cards.participants import Participants
from dermdash.reporting.cards.planning import Planning
from dermdash.reporting.cards.provenance import Provenance
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.reporting.cards.summary import Summary
from dermdash.reporting.stored_blocks import unpack

CARDS: Mapping[str, Callable[..., Question]] = MappingProxyType(
    {
        kind.card: kind
        for kind in (
            Groups,
            Changes,
            GroupDepths,
            ChangeDepths,
            Classes,
            Responders,
            Checks,
            Sensitivity,
            Repeatability,
            Planning,
            OneScan,
            Claims,
            Summary,
            Participants,
            Baseline,
            Methods,
            Deviations,
            Limitations,
            Provenance,
            Glossary,
        )
    }
)


def question_from_json(values: Mapping[str, Any]) -> Question:
    """The question that ``question_to_json`` gave.

    Raises
    ------
    StoreError
        Another version wrote it, whose cards this one does not have.
    """
    try:
        kind = CARDS[values["card"]]
        own = {name: unpack(one) for name, one in values["asked"].items()}
        return kind(**own)
    except (KeyError, TypeError, ValueError, AttributeError, ImportError) as error:
        raise StoreError(
            f"the card asks what this version does not know ({error}); remove it and add it again"
        ) from error
