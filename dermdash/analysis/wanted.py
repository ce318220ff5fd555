"""What is asked of a plan, as entered, and its answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dermdash.analysis.comparisons import score_study
from dermdash.analysis.planning import spread_of_study
from dermdash.stats.planned import Asked, Planned, plan_difference, plan_subjects
from dermdash.stats.power import Design, Multiplicity, Question
from dermdash.stats.spread import StudySpread, sd_of_change

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction

PAPER_SD = 0.36


@dataclass(frozen=True, slots=True)
class SpreadWanted:
    """Assumed by hand, or of a study.

    sd, correlation : assumed; a study's hold in their place where ``study_id`` is given
    visit, score : of the study
    cautious : plan with the upper limit of a study's SD, not with its estimate
    """

    study_id: int | None = None
    visit: str | None = None
    score: str = "expected_grade"
    cautious: bool = True
    sd: float = PAPER_SD
    correlation: float = 0.0

    def other_sd(self, spread: StudySpread | None) -> float | None:
        """The SD of the study that the plan does not stand on, to be shown beside."""
        if spread is None:
            return None
        return spread.sd.sd if self.cautious else spread.sd.upper


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked, as entered.

    ratio : subjects of the treatment for each of the control
    given : the difference that would matter, or the subjects to enrol in each arm, or the control
    alpha, power, dropout : shares, 0 to 1
    """

    asked: Asked
    question: Question
    multiplicity: Multiplicity
    n_arms: int
    n_comparisons: int
    ratio: float
    spread: SpreadWanted
    given: float
    alpha: float
    power: float
    dropout: float


def read_spread(tx: "Transaction", wanted: SpreadWanted, question: Question) -> StudySpread | None:
    """The spread of the study that was chosen, if one was.

    Raises
    ------
    DesignError, TableError
        The study says nothing of the spread that the question needs.
    """
    from dermdash.trial.studies import get_study

    if wanted.study_id is None:
        return None
    study, scored = get_study(tx, wanted.study_id), score_study(tx, wanted.study_id, wanted.score)
    return spread_of_study(study, scored.table, wanted.score, question, visit=wanted.visit)


def plan_wanted(wanted: Wanted, spread: StudySpread | None) -> Planned:
    """The answer.

    Raises
    ------
    TableError
        What was entered is out of range, or contradicts itself.
    """
    sd, correlation = wanted.spread.sd, 0.0
    if spread is not None:
        sd = spread.sd.upper if wanted.spread.cautious else spread.sd.sd
    elif wanted.question == "paired":
        sd = sd_of_change(wanted.spread.sd, wanted.spread.correlation)
    elif wanted.question == "change":
        correlation = wanted.spread.correlation
    design = Design(
        wanted.question,
        sd,
        n_arms=wanted.n_arms,
        correlation=correlation,
        multiplicity=wanted.multiplicity,
        n_comparisons=wanted.n_comparisons,
        alpha=wanted.alpha,
        ratio=wanted.ratio,
    )
    rates = {"power": wanted.power, "dropout": wanted.dropout}
    if wanted.asked == "difference":
        return plan_difference(design, int(wanted.given), **rates)
    return plan_subjects(design, wanted.given, **rates)
