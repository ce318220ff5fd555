"""Every kind of card, by the name that its question is kept under."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.claims import Claims
from dermdash.reporting.cards.question import Question

CARDS: Mapping[str, Callable[..., Question]] = MappingProxyType(
    {kind.card: kind for kind in (Changes, Claims)}
)
