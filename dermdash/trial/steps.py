"""What happened to studies since something was read of them: arms sealed, subjects erased.

A step has a number, so that what was read before it is told from what was read after, whatever the
clock said.
"""

from collections.abc import Collection

from sqlalchemy import func, select

from dermdash.trial.blinding import blinded_studies
from dermdash.trial.schema import StudyEventRow
from dermdash.trial.transaction import Transaction

TELLING = ("blinded", "unblinded", "erased")  # acts that change what may be shown of a study


def last_step(tx: Transaction, studies: Collection[int]) -> int:
    """The number of the last step that changed what may be shown of these studies; 0 for none."""
    query = select(func.max(StudyEventRow.id)).where(
        StudyEventRow.study_id.in_(studies), StudyEventRow.act.in_(TELLING)
    )
    return tx.session.scalar(query) or 0


def sealed_since(tx: Transaction, studies: Collection[int], step: int) -> bool:
    """Whether one of these studies is blinded now, and was blinded after a step."""
    blinded = blinded_studies(tx) & set(studies)
    return _happened(tx, blinded, step, "blinded")


def erased_since(tx: Transaction, studies: Collection[int], step: int) -> bool:
    """Whether a subject of one of these studies was erased after a step."""
    return _happened(tx, studies, step, "erased")


def _happened(tx: Transaction, studies: Collection[int], step: int, act: str) -> bool:
    query = select(StudyEventRow.id).where(
        StudyEventRow.study_id.in_(studies), StudyEventRow.act == act, StudyEventRow.id > step
    )
    return tx.session.scalar(query.limit(1)) is not None
