"""The card of the words that a report uses."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from dermdash.reporting.blocks import Column, Content, Paragraph, Table
from dermdash.reporting.cards.source import Source
from dermdash.reporting.glossary import terms_for


@dataclass(frozen=True, slots=True)
class Words:
    """Which words a study's report can use; it changes with nothing else.

    over_visits : changes are compared; several_arms : arms are
    """

    over_visits: bool
    several_arms: bool
    sides: bool
    blinded: bool
    synthetic: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms and what they mean."""

    card: ClassVar[str] = "glossary"
    study_id: int

    def read(self, source: Source) -> Words:
        study = source.record(self.study_id).study
        return Words(
            over_visits=study.kind != "cohorts" and len(study.visits) > 1,
            several_arms=len(study.arms) > 2,
            sides=study.kind == "hemi_face",
            blinded=study.blinded,
            synthetic=study.synthetic,
        )

    def answer(self, inputs: Words) -> Content:
        terms = terms_for(
            over_visits=inputs.over_visits,
            several_arms=inputs.several_arms,
            sides=inputs.sides,
            blinded=inputs.blinded,
            synthetic=inputs.synthetic,
        )
        said = "What the words of this report mean."
        table = Table("Terms", (Column("Term"), Column("Meaning")), terms)
        return Content("Glossary", said, (Paragraph(said, "lead"), table))
