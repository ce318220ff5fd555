"""What happened to studies since something was read of them: arms sealed, subjects erased.

A step has a number, so that what was read before it is told from what was read after, whatever the
clock said.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from dermdash.trial.blinding import blinded_studies
from dermdash.trial.schema import StudyEventRow
from dermdash.trial.transaction import Transaction

TELLING = ("blinded", "unblinded", "erased")  # acts that change what may be shown of a study


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps that changed what may be shown of studies.

    taken : number, study and act of each; blinded : the studies that are blinded now
    """

    taken: tuple[tuple[int, int, str], ...]
    blinded: frozenset[int]

    def last(self, studies: Collection[int]) -> int:
        """The number of the last step of these studies; 0 for none."""
        return max((number for number, study, _ in self.taken if study in studies), default=0)

    def sealed_since(self, studies: Iterable[int], step: int) -> bool:
        """Whether one of these studies is blinded now, and was blinded after a step."""
        return self._happened(self.blinded.intersection(studies), step, "blinded")

    def erased_since(self, studies: Collection[int], step: int) -> bool:
        """Whether a subject of one of these studies was erased after a step."""
        return self._happened(studies, step, "erased")

    def _happened(self, studies: Collection[int], step: int, act: str) -> bool:
        return any(
            number > step and study in studies and what == act for number, study, what in self.taken
        )


def read_steps(tx: Transaction) -> Steps:
    """The steps of all studies."""
    query = select(StudyEventRow.id, StudyEventRow.study_id, StudyEventRow.act).where(
        StudyEventRow.act.in_(TELLING)
    )
    taken = tuple((number, study, act) for number, study, act in tx.session.execute(query))
    return Steps(taken, blinded_studies(tx))


def last_step(tx: Transaction, studies: Collection[int]) -> int:
    """The number of the last step that changed what may be shown of these studies; 0 for none."""
    return read_steps(tx).last(studies)
