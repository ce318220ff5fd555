"""Why sentences are withheld: of a whole study, and of one difference."""

from collections.abc import Iterator

from dermdash.analysis.answers import Answered
from dermdash.analysis.planned import SCORE_NAMES
from dermdash.reporting.claims.findings import Withheld
from dermdash.reporting.claims.ground import Ground
from dermdash.reporting.claims.readings import subjects_of
from dermdash.reporting.claims.sentences import level
from dermdash.reporting.stars import PLANNED, may_claim
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.words import equals_p, number
from dermdash.trial.questions import write_contrast

LEAST_SUBJECTS = 10  # of an arm: with fewer, one subject is more than a tenth of its share
ANY = "Any sentence about a difference"
LOCK_FIRST = (
    "lock a plan before the first scan is graded, or, in a blinded study, before unblinding"
)


def sealed_reasons(ground: Ground) -> Iterator[Withheld]:
    """Why a study says nothing yet, whatever its scores are."""
    study, protocol = ground.evidence.study, ground.evidence.protocol
    if study.kind == "cohorts":
        yield Withheld(
            ANY,
            f"{study.name} compares cohorts, to whom nothing was applied",
            "claims need a study of a product against a control",
        )
    if study.blinded:
        yield Withheld(
            ANY,
            "the study is blinded and its arms go by code",
            "lock the plan and the data, then unblind",
        )
    use = protocol.model_use if protocol else None
    if not may_claim(synthetic=study.synthetic, model_use=use):
        if protocol is None:
            why = "no model is named that grades these scans"
        else:
            why = (
                f"the card of the model {protocol.model_name} allows demonstration only: it was "
                "not validated on skin"
            )
        yield Withheld(ANY, why, "grade the study with a model that was validated on skin")
    if study.state == "collecting":
        yield Withheld(
            ANY,
            "the data are not locked: scans may still come or change, and each look in between "
            "adds its own chance of a false finding",
            "lock the data when the last scan is graded",
        )


def plan_reasons(answered: Answered, ground: Ground) -> Iterator[Withheld]:
    """Why no difference of a comparison may be claimed: its plan, or no control."""
    standing, stored = answered.standing, answered.standing.stored
    if not standing.planned:
        said = standing.sentence.removeprefix("Exploratory: ").rstrip(".")
        yield Withheld(ANY, f"the comparison is exploratory ({said})", LOCK_FIRST)
    elif stored is not None and stored.graded_before and not ground.conduct.sealed_when_locked:
        n = stored.graded_before
        scans = "1 scan was" if n == 1 else f"{n} scans were"
        yield Withheld(
            ANY,
            f"version {stored.version} of the plan was locked after {scans} graded, with the arms "
            "known, so nobody can tell that it was made before looking",
            LOCK_FIRST,
        )
    plan = answered.found.plan
    if plan.between is None:
        yield Withheld(
            ANY,
            "there is one arm only, and what a subject would have become without the product is "
            "not known",
            "compare with a control arm, or with an untreated side",
        )
    elif plan.control is None:
        yield Withheld(
            ANY,
            "no arm is the control by the plan",
            "name the control in the plan of a study to come, before looking",
        )


def mean_reasons(found: Comparison, one: Contrast, *, way: int) -> list[tuple[str, str]]:
    """Why a difference of means may not be claimed, each with what would change it.

    way : 1 where a rise of the score is an improvement, -1 where a fall is
    """
    plan, reasons = found.plan, []
    if one.role not in PLANNED:
        return [
            (
                "the plan names it neither primary nor key secondary, so it is exploratory",
                "name it in the plan of a study to come",
            )
        ]
    if one.b != plan.control:
        return [("it is not against the control", "compare with the control")]
    if one.note:
        reasons.append((f"it is {one.note}", "compare the arms within one study"))
    smallest = min(subjects_of(found, one))
    if smallest < LEAST_SUBJECTS:
        reasons.append(
            (
                f"{smallest} subjects in an arm are too few to speak of people in general (under "
                f"{LEAST_SUBJECTS})",
                f"study at least {LEAST_SUBJECTS} in each arm, better as many as Planning says",
            )
        )
    if not one.p_adjusted < plan.alpha:
        reasons.append(
            (
                f"the data do not settle it ({number(one.difference)}, {level(plan.alpha)} "
                f"{number(one.ci_low)} to {number(one.ci_high)}; {equals_p(one.p_adjusted)}, not "
                f"under {plan.alpha:g})",
                "plan a study with as many subjects as the difference of interest needs",
            )
        )
    elif one.difference * way <= 0:
        reasons.append(
            (
                f"it goes the other way ({number(one.difference)}, {equals_p(one.p_adjusted)})",
                "report it as a finding against the product",
            )
        )
    return reasons


def withheld_difference(one: Contrast, reasons: list[tuple[str, str]]) -> Withheld:
    """A difference of means with all its reasons in one sentence."""
    what = f"The mean change {write_contrast((one.a, one.b, one.visit or ''))}"
    return joined(what, reasons)


def joined(what: str, reasons: list[tuple[str, str]]) -> Withheld:
    """One withheld sentence for several reasons."""
    whys = " and ".join(why for why, _ in reasons)
    remedies = ", and ".join(dict.fromkeys(remedy for _, remedy in reasons))
    return Withheld(what, whys, remedies)


def never(score: str) -> tuple[Withheld, ...]:
    """What is offered of no study."""
    name = SCORE_NAMES.get(score, score)
    return (
        Withheld(
            "A change of the score in percent",
            f"the {name} runs from 1 to 4 and has no true zero: a percentage of it would depend on "
            "how the grades are numbered",
            "say the change in points, with the scale",
        ),
        Withheld(
            "An arm's own change since the baseline",
            "without the control nobody can say how much would have changed anyway, and "
            '"the product changed significantly, the control did not" compares nothing',
            "say the difference from the control",
        ),
        Withheld(
            "That two arms are alike",
            "a difference that the data do not settle is not a difference of zero",
            "plan a study of equivalence, with its margin",
        ),
        Withheld(
            "A depth, site or group of subjects that the plan does not ask about",
            "what is found by looking is bound to be the largest of many",
            "name it in the plan of a study to come",
        ),
        Withheld(
            "Anything on wrinkles, firmness, perceived age or what subjects noticed",
            "the score grades collagen in images, from coarse and fragmented to elongated and "
            "reticulated, and nothing else was measured here",
            "measure that by a method of its own",
        ),
    )
