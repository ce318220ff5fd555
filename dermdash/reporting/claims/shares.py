"""The share of subjects who improved, against the control: offered after the means, or withheld."""

from collections.abc import Sequence
from dataclasses import dataclass

from dermdash.analysis.answers import Answered
from dermdash.analysis.planned import SCORE_NAMES
from dermdash.analysis.repeats import repeats_of
from dermdash.analysis.responders import Response, respond
from dermdash.errors import TableError
from dermdash.reporting.claims.findings import Claim, Reading, Withheld
from dermdash.reporting.claims.gates import LEAST_SUBJECTS, joined
from dermdash.reporting.claims.ground import Ground
from dermdash.reporting.claims.readings import OtherData
from dermdash.reporting.claims.sentences import share_sentence, signed_points, with_doubts
from dermdash.reporting.responders import threshold_number, threshold_warning
from dermdash.stats.findings import Contrast, Effect
from dermdash.stats.within import holm
from dermdash.stats.words import NAMES, equals_p

STATUS = "threshold planned; tested after all planned differences of means"


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A planned difference with its responders.

    own : the difference of shares; p : after the means, and Holm's over the planned ones
    alpha : level of the difference's own p
    """

    mean: Contrast
    response: Response
    own: Contrast
    p: float
    alpha: float


def share_claims(
    answered: Answered, ground: Ground, others: Sequence[OtherData], means: Sequence[Contrast]
) -> tuple[list[Claim], list[Withheld]]:
    """One sentence a planned difference, or why not.

    others : as ``readings.other_data`` gives them
    means : the differences of means that are offered

    The shares come last in the order of tests: only after every planned difference of means has
    been found, then by Holm over the shares. A threshold under the smallest detectable change is
    refused: the sentence speaks of single subjects, and who reaches such a threshold may not have
    changed at all; that as many of the control reach it by error does not make the sentence true.
    """
    planned = [one for one in answered.found.contrasts if one.role != "exploratory"]
    threshold = answered.found.plan.responder_threshold
    what = "The share of subjects who improved"
    if threshold is None:
        why = "the plan names no change from which a subject counts as improved"
        remedy = "fix that threshold in the plan of a study to come"
        return [], [Withheld(what, why, remedy)]
    what += f" by at least {threshold_number(threshold)}"
    sdc = _detectable(answered, ground)
    if isinstance(sdc, str):
        return [], [
            Withheld(
                what,
                f"the smallest detectable change is not known ({sdc})",
                "scan subjects twice without treatment in between",
            )
        ]
    if warning := threshold_warning(threshold, sdc):
        return [], [
            Withheld(
                what,
                f"{warning[:1].lower()}{warning[1:].rstrip('.')}",
                "plan a threshold above it, or average more scans a visit",
            )
        ]
    try:
        asked = _ask(answered, planned, threshold, sdc)
    except TableError as refusal:
        return [], [Withheld(what, str(refusal), "complete the scans")]
    offered, withheld = [], []
    for one in asked:
        if reasons := _reasons(one, answered.found.plan.alpha, follows=one.mean in means):
            where = f"{one.mean.a} − {one.mean.b} at {one.mean.visit}"
            withheld.append(joined(f"{what} ({where})", reasons))
        else:
            offered.append(_claim(one, answered, ground, others))
    return offered, withheld


def _detectable(answered: Answered, ground: Ground) -> Effect | str:
    plan = answered.found.plan
    try:
        return repeats_of(
            ground.evidence.study,
            answered.layers,
            plan.value,
            depth_um=plan.depth_um,
            alpha=plan.alpha,
        ).sdc
    except TableError as refusal:
        return str(refusal)


def _ask(
    answered: Answered, planned: Sequence[Contrast], threshold: float, sdc: Effect
) -> list[_Asked]:
    found, alpha = answered.found, answered.found.plan.alpha
    made = []
    for mean in planned:
        response = respond(
            answered.scored,
            found,
            threshold,
            visit=mean.visit,
            smallest_detectable_change=sdc.value,
        )
        made.append((mean, response, _of_arms(response.found.contrasts, mean)))
    floor = max(mean.p_adjusted for mean in planned)
    adjusted = holm([own.p for *_, own in made])
    return [
        _Asked(mean, response, own, max(floor, p), alpha * own.p / p if p > own.p else alpha)
        for (mean, response, own), p in zip(made, adjusted, strict=True)
    ]


def _reasons(one: _Asked, alpha: float, *, follows: bool) -> list[tuple[str, str]]:
    if not follows:
        why = "the difference of means that it follows is not offered"
        return [(why, "what would change that would change this")]
    reasons = []
    if not one.p < alpha:
        before = ", tested after the means" if one.p > one.own.p else ""
        reasons.append(
            (
                f"the data do not settle whether more subjects did so than under {one.own.b} "
                f"({signed_points(one.own.difference)} percentage points, {equals_p(one.p)}"
                f"{before}, not under {alpha:g})",
                "plan a study with as many subjects as the shares need",
            )
        )
    elif one.own.difference <= 0:
        reasons.append(
            (
                f"fewer subjects did so than under {one.own.b}",
                "report it as a finding against the product",
            )
        )
    smallest = min(_n(one))
    if smallest < LEAST_SUBJECTS:
        reasons.append(
            (
                f"it would speak of {smallest} subjects in an arm, under {LEAST_SUBJECTS}",
                f"study at least {LEAST_SUBJECTS} in each arm",
            )
        )
    return reasons


def _claim(one: _Asked, answered: Answered, ground: Ground, others: Sequence[OtherData]) -> Claim:
    plan = answered.found.plan
    readings = (
        *(_on_other_data(answered, one, other) for other in others),
        _missing_as_none(one),
    )
    sentence = share_sentence(
        one.response.found,
        one.own,
        p=one.p,
        score=SCORE_NAMES.get(plan.value, plan.value),
        alpha=plan.alpha,
        baseline=one.response.baseline,
        visit=one.response.visit,
    )
    return Claim(
        kind="share of subjects",
        text=with_doubts(sentence, readings, synthetic=ground.evidence.study.synthetic),
        status=STATUS,
        arm=one.own.a,
        control=one.own.b,
        visit=one.response.visit,
        estimate=one.own.difference,
        ci_low=one.own.ci_low,
        ci_high=one.own.ci_high,
        p=one.p,
        test=NAMES[one.own.method],
        n=_n(one),
        readings=readings,
    )


def _on_other_data(answered: Answered, one: _Asked, other: OtherData) -> Reading:
    if other.scored is None:
        return other.note or Reading(other.name, "not known", "it cannot be told")
    threshold = one.response.found.threshold
    try:
        again = respond(other.scored, answered.found, threshold, visit=one.response.visit)
        theirs = _of_arms(again.found.contrasts, one.mean)
    except (TableError, KeyError):
        return Reading(other.name, "not known", "it has too few subjects to compare")
    return _judge(other.name, one, theirs)


def _missing_as_none(one: _Asked) -> Reading:
    name = "with missing changes as not improved"
    n_missing = sum(share.n_missing for share in one.response.found.shares)
    if not n_missing:
        return Reading(name, "not needed", "no change is missing")
    if one.response.missing_as_none is None:
        n = max(share.n_missing for share in one.response.found.shares)
        return Reading(name, "not known", f"{n} subjects lack a side or a visit and are left out")
    return _judge(name, one, _of_arms(one.response.missing_as_none.contrasts, one.mean))


def _judge(name: str, one: _Asked, theirs: Contrast) -> Reading:
    same = theirs.p < one.alpha and theirs.difference > 0
    said = f"{signed_points(theirs.difference)} percentage points, {equals_p(theirs.p)}"
    return Reading(name, "holds" if same else "disagrees", said)


def _of_arms(contrasts: Sequence[Contrast], mean: Contrast) -> Contrast:
    """The difference of shares between the arms of a difference of means.

    Raises
    ------
    TableError
        The shares of these arms were not compared.
    """
    for one in contrasts:
        if (one.a, one.b) == (mean.a, mean.b):
            return one
    raise TableError(f"the shares of {mean.a} and {mean.b} cannot be compared")


def _n(one: _Asked) -> tuple[int, int]:
    shares = {share.arm: share.n for share in one.response.found.shares}
    return shares[one.own.a], shares[one.own.b]
