"""What cards about the study itself are answered from: how it was run, and its scores."""

import hashlib
from dataclasses import dataclass

from dermdash.analysis.answers import Answered
from dermdash.analysis.evidence import Evidence
from dermdash.analysis.main_question import answer, main_question
from dermdash.analysis.planned import Asked
from dermdash.analysis.record import Record
from dermdash.errors import DermdashError
from dermdash.reporting.cards.source import Source
from dermdash.reporting.stars import may_claim


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A study with the scores of the population that its main question is about."""

    record: Record
    evidence: Evidence

    @property
    def asked(self) -> Asked:
        """The main question: the plan's, else that of the study's kind."""
        return main_question(self.record.study, self.record.plan)

    @property
    def allowed(self) -> bool:
        """Whether scans and model may carry stars and claims."""
        use = self.record.protocol.model_use if self.record.protocol else None
        return may_claim(synthetic=self.record.study.synthetic, model_use=use)

    @property
    def digest(self) -> str:
        parts = f"{self.record.digest} {self.evidence.digest}"
        return hashlib.sha256(parts.encode()).hexdigest()

    def answered(self, *, moved: bool = False) -> tuple[Answered | None, str]:
        """The main question answered, else why it is not, as a part of a sentence.

        moved : also with the DEJ taken higher and deeper
        """
        graded = self.record.graded
        if len(graded) and graded["arm"].isna().all():
            name = self.record.study.name
            return None, f"no subject of {name} has an arm yet; put its subjects in their arms"
        try:
            return answer(self.evidence, self.asked, moved=moved), ""
        except DermdashError as refusal:
            return None, str(refusal)


def read_known(source: Source, study_id: int) -> Known:
    """Read a study with the scores of its main question's population.

    Raises
    ------
    DesignError
        The study is unknown.
    """
    record = source.record(study_id)
    population = main_question(record.study, record.plan).population
    return Known(record, source.evidence([study_id], population))
