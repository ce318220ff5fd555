"""What a card asks: read from the store, answered without it, kept as plain values."""

from dataclasses import fields
from typing import Any, ClassVar, Protocol, runtime_checkable

from dermdash.reporting.blocks import Content
from dermdash.reporting.cards.source import Source
from dermdash.reporting.stored_blocks import pack


class Inputs(Protocol):
    """All that an answer depends on, apart from the question; two of one digest are one."""

    @property
    def digest(self) -> str: ...


@runtime_checkable
class Question(Protocol):
    """A frozen dataclass whose fields are what is asked.

    card : the name that it is kept under, for good
    study_id : of the study whose report it belongs in
    """

    card: ClassVar[str]

    @property
    def study_id(self) -> int: ...

    def read(self, source: Source) -> Any:
        """Read what the answer is computed from, an ``Inputs``; quick, and in the store only.

        Raises
        ------
        DermdashError
            The store does not hold (any more) what is asked about.
        """

    def answer(self, inputs: Any) -> Content:
        """Compute the card from what was read: no store, no widget.

        Raises
        ------
        DermdashError
            These data do not answer the question.
        """


def question_to_json(question: Question) -> dict[str, Any]:
    """Plain values for JSON."""
    own = {one.name: pack(getattr(question, one.name)) for one in fields(question)}  # type: ignore[arg-type]
    return {"card": question.card, "asked": own}
