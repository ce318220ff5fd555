"""What may be said of a product against its control, what may not, and why.

Nothing is offered that was not planned before looking, found against the control after the order of
tests, and read again in every other way that is at hand; whatever disagrees stands in the sentence.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dermdash.analysis.answers import Answered, Keeper, answer_changes
from dermdash.analysis.planned import SCORE_NAMES
from dermdash.analysis.sensitivity import Sensitivity
from dermdash.errors import DermdashError
from dermdash.reporting.blocks import names_of
from dermdash.reporting.claims.findings import Claim, Claims, Withheld
from dermdash.reporting.claims.gates import (
    ANY,
    mean_reasons,
    never,
    plan_reasons,
    sealed_reasons,
    withheld_difference,
)
from dermdash.reporting.claims.ground import Ground
from dermdash.reporting.claims.readings import OtherData, other_data, read_again, subjects_of
from dermdash.reporting.claims.sentences import change_sentence, level, with_doubts
from dermdash.reporting.claims.shares import share_claims
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.plan import POPULATIONS
from dermdash.stats.words import NAMES

if TYPE_CHECKING:
    from dermdash.trial.results import ResultKey


def claims_from(ground: Ground) -> Claims:
    """Ask the plan's own question of a study, and weigh what may be said of the answer.

    A study that cannot be compared gets its reason among what is not offered.
    """
    study = ground.evidence.study
    if study.kind == "cohorts" or study.blinded:
        return claims_of(None, ground)
    try:
        answered = answer_changes(ground.evidence, ground.asked, keeper=without_curve())
    except DermdashError as refusal:
        why, _, remedy = str(refusal).partition("; ")
        nothing = Withheld(
            ANY, f"nothing can be compared yet: {why}", remedy or "complete the scans"
        )
        found = claims_of(None, ground)
        return replace(found, withheld=(nothing, *found.withheld))
    if answered.found.plan.within is None:
        once = Withheld(
            ANY,
            f"{study.name} compares its arms once, and a change needs a baseline",
            "scan before and after",
        )
        found = claims_of(None, ground)
        return replace(found, withheld=(once, *found.withheld))
    return claims_of(answered, ground)


def without_curve() -> Keeper:
    """Answers without the curve over shifts of the DEJ.

    Claims read two shifts of it anew, for each difference; the other nineteen take most of the
    time.
    """
    answers: list[Comparison] = []

    def comparison(_: "ResultKey", compute: Callable[[], Comparison]) -> Comparison:
        answers.append(compute())
        return answers[-1]

    def sensitivity(_: "ResultKey", __: Callable[[], Sensitivity]) -> Sensitivity:
        return Sensitivity((), answers[-1])

    return Keeper(comparison, sensitivity)


def claims_of(answered: Answered | None, ground: Ground) -> Claims:
    """The sentences that an answer supports, and those that it does not.

    answered : to the question over visits; None where nothing was compared, or may be shown
    """
    asked, study = ground.asked, ground.evidence.study
    stops = list(sealed_reasons(ground))
    if study.blinded:
        answered = None
    if answered is not None:
        stops += plan_reasons(answered, ground)
        asked = answered.asked
    offered: list[Claim] = []
    withheld: list[Withheld] = []
    compared = answered is not None and answered.found.plan.control is not None
    if answered is not None and compared and answered.standing.planned:
        offered, withheld = _weighed(answered, ground, stopped=bool(stops))
    stored = ground.evidence.plan
    threshold = stored.plan.responder_threshold if stored and not stored.sealed else None
    return Claims(
        study=study.name,
        offered=tuple(offered),
        withheld=(*stops, *withheld, *never(asked.score)),
        standing=answered.standing.sentence if answered else "",
        population=POPULATIONS[asked.population],
        sites=names_of([site.name for site in study.sites]) if study.sites else "",
        depth_um=f"{asked.depth_um[0]}–{asked.depth_um[1]} µm",
        score=SCORE_NAMES.get(asked.score, asked.score),
        improved="fell" if (threshold or 0) < 0 else "rose",
        caveats=tuple(_caveats(answered, ground)) if answered else (),
    )


def _weighed(
    answered: Answered, ground: Ground, *, stopped: bool
) -> tuple[list[Claim], list[Withheld]]:
    """Each difference on its own: offered, or withheld with its own reasons.

    stopped : something forbids all of them already; what would be offered else is then left out
    """
    found, offered, withheld = answered.found, [], []
    way = -1 if (found.plan.responder_threshold or 0) < 0 else 1
    fit: list[Contrast] = []
    for one in found.contrasts:
        if reasons := mean_reasons(found, one, way=way):
            withheld.append(withheld_difference(one, reasons))
        else:
            fit.append(one)
    if stopped:
        return [], withheld
    others = other_data(answered, ground) if fit else ()
    offered = [_mean_claim(answered, ground, one, others) for one in fit]
    shares, not_shares = share_claims(answered, ground, others, fit)
    return [*offered, *shares], [*withheld, *not_shares]


def _mean_claim(
    answered: Answered, ground: Ground, one: Contrast, others: tuple[OtherData, ...]
) -> Claim:
    found = answered.found
    plan = found.plan
    readings = read_again(answered, one, others)
    sentence = change_sentence(
        one,
        score=SCORE_NAMES.get(plan.value, plan.value),
        alpha=plan.alpha,
        baseline=found.visits[0],
    )
    return Claim(
        kind="mean change",
        text=with_doubts(sentence, readings, synthetic=ground.evidence.study.synthetic),
        status=f"planned, {one.role}",
        arm=one.a,
        control=one.b,
        visit=one.visit or found.visits[-1],
        estimate=one.difference,
        ci_low=one.ci_low,
        ci_high=one.ci_high,
        p=one.p_adjusted,
        test=NAMES[one.method],
        n=subjects_of(found, one),
        readings=readings,
    )


def _caveats(answered: Answered, ground: Ground) -> Iterator[str]:
    """What must be known of every sentence."""
    conduct, plan = ground.conduct, answered.found.plan
    if n := conduct.dejs_after_unblinding:
        yield (
            f"{n} {'DEJ was' if n == 1 else 'DEJs were'} given after unblinding, by readers who "
            "may have known the arms."
        )
    if n := conduct.reopened_after_unblinding:
        yield (
            f"The data were reopened {'once' if n == 1 else f'{n} times'} after unblinding, with "
            "the arms known."
        )
    if conduct.n_models > 1:
        yield (
            f"The reading protocol named {conduct.n_models} models in turn: a choice among them "
            "after looking would not be accounted for."
        )
    if plan.alpha > 0.05:
        yield (
            f"The plan's level is {plan.alpha:g}, laxer than the usual 0.05: intervals are "
            f"{level(plan.alpha)}."
        )
    yield from answered.found.warnings
