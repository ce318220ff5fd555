"""A planned study: the subjects it needs, or the difference that its subjects can show."""

from dataclasses import dataclass
from typing import Literal

from dermdash.errors import TableError
from dermdash.stats.power import (
    MAX_SUBJECTS,
    Design,
    detectable_difference,
    subjects_needed,
)
from dermdash.stats.power import power as power_of

Asked = Literal["subjects", "difference"]

WIDEST = 3.0  # between two scores from 1 to 4


@dataclass(frozen=True, slots=True)
class Planned:
    """An answer to "how many subjects?", or to "what can so many show?".

    asked : which of the two; the other one was given
    difference : true difference in units of the score
    per_arm : subjects with a score, of ``paired`` in all, of two unequal arms in the control;
        ``enrolled_per_arm`` before dropout
    power : that ``per_arm`` gives; ``power_asked`` at least
    dropout : share of the enrolled without a score at the primary visit
    """

    asked: Asked
    design: Design
    difference: float
    per_arm: int
    enrolled_per_arm: int
    power: float
    power_asked: float
    dropout: float

    @property
    def total(self) -> int:
        return self.design.total(self.per_arm)

    @property
    def enrolled_total(self) -> int:
        return self.design.total(self.enrolled_per_arm)


def plan_subjects(
    design: Design, difference: float, *, power: float = 0.8, dropout: float = 0.0
) -> Planned:
    """The subjects that detect a difference, and how many to enrol for them.

    >>> plan_subjects(Design("two_arms", sd=0.36), 0.36, dropout=0.1).enrolled_total
    38

    Raises TableError as `power.subjects_needed`, and for what a scale from 1 to 4 cannot hold.
    """
    _check_scale(design)
    if not abs(difference) <= WIDEST:
        raise TableError(
            f"difference={difference:g} is wider than the scale from 1 to 4; give one within "
            f"{WIDEST:g}"
        )
    size = subjects_needed(design, difference, power=power, dropout=dropout)
    return Planned(
        "subjects",
        design,
        abs(difference),
        size.per_arm,
        size.enrolled_per_arm,
        size.power,
        power,
        dropout,
    )


def plan_difference(
    design: Design, enrolled_per_arm: int, *, power: float = 0.8, dropout: float = 0.0
) -> Planned:
    """The difference that enrolled subjects detect, once some have dropped out.

    >>> round(plan_difference(Design("two_arms", sd=0.36), 12).difference, 2)
    0.43

    Raises TableError where fewer than two subjects an arm are left.
    """
    _check_scale(design)
    if not 0 <= dropout < 1:
        raise TableError(f"dropout={dropout:g} is no share of subjects; give one from 0 to below 1")
    if not 2 <= enrolled_per_arm <= MAX_SUBJECTS:
        raise TableError(
            f"{enrolled_per_arm:,} subjects an arm cannot be planned; give 2 to {MAX_SUBJECTS:,}"
        )
    left = design.after_dropout(enrolled_per_arm, dropout)
    if left < 2:
        raise TableError(
            f"{enrolled_per_arm} subjects an arm leave {left} with a score after "
            f"{100 * dropout:g} % dropout; enrol enough for 2"
        )
    found = detectable_difference(design, left, power=power)
    if found > WIDEST:
        raise TableError(
            f"{enrolled_per_arm} subjects an arm would show a difference of {found:.2g} at the "
            f"least, wider than the scale from 1 to 4; enrol more"
        )
    reached = power_of(design, left, found)
    return Planned("difference", design, found, left, enrolled_per_arm, reached, power, dropout)


def _check_scale(design: Design) -> None:
    if design.sd > WIDEST:
        raise TableError(
            f"sd={design.sd:g} is wider than the scale from 1 to 4; give one under {WIDEST:g}"
        )
