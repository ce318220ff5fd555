"""A planned study as sentences and tables, for pages and reports alike."""

from dataclasses import replace

import numpy as np
import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.planned import Planned, plan_difference, plan_subjects
from dermdash.stats.power import Design, Question
from dermdash.stats.spread import StudySd, StudySpread
from dermdash.stats.words import number

TESTS = {
    "two_arms": "t test of two arms",
    "arms": "F test over all arms",
    "pairs": "comparison of two arms among all",
    "paired": "paired t test",
    "change": "ANCOVA of two arms, adjusted for baseline",
}
ADJUSTMENTS = {
    "tukey": "Tukey over all pairs",
    "dunnett": "Dunnett against the control",
}
PAPER = (
    "Breugnot 2023: whole-dermis SDs 0.33, 0.36 and 0.37 in three groups of 12 women; 0.36 is also "
    "the difference between its two old groups."
)
NOT_OBSERVED = (
    "Only its spread is used, never the difference that it found: the power of an observed effect "
    "is its p-value in other words."
)
POWERS = (0.8, 0.9)
AROUND = (0.75, 1.0, 1.25)


def big_number(planned: Planned) -> tuple[str, str]:
    """The one number, and what it counts.

    >>> big_number(plan_subjects(Design("two_arms", sd=0.36), 0.36, dropout=0.1))
    ('38', 'subjects to enrol, 19 in each of 2 arms')
    """
    each = _each(planned.design, planned.enrolled_per_arm)
    if planned.asked == "difference":
        return number(
            planned.difference
        ), f"is detectable with {planned.enrolled_total:,} subjects{each}"
    return f"{planned.enrolled_total:,}", f"subjects to enrol{each}"


def plan_sentence(planned: Planned) -> str:
    """What the number stands on, and what it promises.

    >>> found = plan_subjects(Design("two_arms", sd=0.36, ratio=2), 0.36, dropout=0.1)
    >>> plan_sentence(found)[:84]
    'With 39 subjects with a score (26 in the treatment, 13 in the control), the t test o'
    """
    design = planned.design
    with_score, enrolled = (
        f"{planned.per_arm:,} subjects with a score",
        f"{planned.enrolled_per_arm:,} are enrolled",
    )
    if design.ratio != 1:
        with_score = f"{planned.total:,} subjects with a score ({_apart(design, planned.per_arm)})"
        enrolled = (
            f"{planned.enrolled_total:,} are enrolled ({_apart(design, planned.enrolled_per_arm)})"
        )
    elif design.n_arms > 1:
        with_score += f" in each arm ({planned.total:,} in all)"
        enrolled += " in each arm"
    asked = (
        f"With {with_score}, {name_of_test(design)} "
        f"finds a true difference of {number(planned.difference)} with a chance of "
        f"{100 * planned.power:.0f} %"
    )
    if not planned.dropout:
        return f"{asked}; nobody is expected to drop out."
    return (
        f"{asked}; {enrolled}, since {100 * planned.dropout:g} % may have no score at the primary "
        "visit."
    )


def name_of_test(design: Design) -> str:
    """The test that is planned, with its error rate.

    >>> name_of_test(Design("pairs", sd=0.36, n_arms=3, multiplicity="tukey"))
    'the comparison of two arms among all (Tukey over all pairs, two-sided, alpha 0.05)'
    """
    adjusted = ADJUSTMENTS.get(design.multiplicity)
    if design.multiplicity == "bonferroni":
        adjusted = f"Bonferroni over {design.n_comparisons}"
    how = ", ".join(part for part in (adjusted, "two-sided", f"alpha {design.alpha:g}") if part)
    return f"the {TESTS[design.question]} ({how})"


def spread_sentence(spread: StudySpread) -> str:
    """What a study says of the spread, and how sure it is."""
    who = f"{spread.study}, {spread.n_subjects} subjects"
    parts = [f"{who}: SD {number(spread.sd.sd)} of the {spread.of} {_doubt(spread.sd)}"]
    if spread.baseline and spread.later and spread.correlation is not None:
        first, last = spread.visits
        parts.append(
            f"within arms the SD is {number(spread.baseline.sd)} at {first} and "
            f"{number(spread.later.sd)} at {last}, their correlation {number(spread.correlation)}"
        )
    return "; ".join(parts) + "."


def assumed_sentence(question: Question) -> str:
    """What an assumed spread begins with, and what the paper does not give."""
    if question not in ("paired", "change"):
        return PAPER
    return f"{PAPER} It gives no correlation: 0.50 is an assumption to be replaced by your own."


def assumption_table(
    planned: Planned,
    *,
    spread: StudySpread | None = None,
    cautious: bool = True,
    assumed: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """One row an assumption, with its source: what a protocol quotes.

    assumed : SD of the scores and correlation that an SD of differences was made from
    spread : of the study that the SD is from; None where it is assumed
    cautious : the SD is the study's upper limit, not its estimate
    """
    design = planned.design
    found = planned.asked == "difference"
    what, source = "SD", "assumed; Breugnot 2023: 0.33 to 0.37 within groups"
    if spread is not None:
        limit = f"{100 * spread.sd.confidence:g} % upper limit of" if cautious else "estimate of"
        what, source = f"SD of the {spread.of}", f"{limit} {spread.study}"
    elif assumed is not None and design.question == "paired":
        of = f"assumed: SD {number(assumed[0])} of the scores, correlation {number(assumed[1])}"
        what, source = "SD of the differences", of
    rows = [
        ("Test", name_of_test(design).removeprefix("the "), "chosen"),
        ("Arms", str(design.n_arms), "chosen"),
        (what, number(design.sd), source),
        ("True difference", number(planned.difference), "computed" if found else "would matter"),
        ("Power", f"{100 * planned.power:.1f} %", f"asked for: {100 * planned.power_asked:g} %"),
        ("Dropout", f"{100 * planned.dropout:g} %", "assumed"),
        *(
            (f"Subjects with a score, {arm}", f"{n:,}", "computed")
            for arm, n in _arms(design, planned.per_arm)
        ),
        *(
            (f"Subjects enrolled, {arm}", f"{n:,}", "given" if found else "computed")
            for arm, n in _arms(design, planned.enrolled_per_arm)
        ),
        ("Subjects enrolled, all", f"{planned.enrolled_total:,}", "computed"),
    ]
    if design.correlation:
        rows.insert(3, ("Correlation with baseline", number(design.correlation), "assumed"))
    if design.ratio != 1:
        rows.insert(2, ("Allocation, treatment : control", f"{design.ratio:g} : 1", "chosen"))
    return pd.DataFrame(rows, columns=["Assumption", "Value", "Source"])


def method_sentences(design: Design) -> tuple[str, ...]:
    """How the number is computed, and where it ends."""
    sizes = "arms of equal size"
    if design.ratio != 1:
        sizes = f"{design.ratio:g} subjects of the treatment for each of the control"
    return (
        f"Exact for normal scores: noncentral F, two-sided, {sizes}; a subject counts "
        "once, however many scans, layers and patches she gives.",
        *(
            (
                "The difference is that of the largest and the smallest mean, the others halfway: "
                "the pattern that is hardest to see.",
            )
            if design.question == "arms" and design.n_arms > 2
            else ()
        ),
        *(
            (
                "Adjusting for baseline leaves √(1 − r²) of the SD; chance imbalance of the "
                "baselines is averaged over.",
            )
            if design.question == "change"
            else ()
        ),
    )


def other_assumptions(planned: Planned, *, other_sd: float | None = None) -> pd.DataFrame:
    """The answer had other things been assumed; missing where it would be out of reach.

    Subjects to enrol in all, by difference and SD; or differences detected, by subjects and SD; a
    column a power.
    """
    rows = []
    for sd in dict.fromkeys([planned.design.sd, other_sd or planned.design.sd]):
        design = replace(planned.design, sd=sd)
        for share in AROUND:
            if planned.asked == "subjects":
                difference = share * planned.difference
                row: dict[str, float] = {"Difference": difference, "SD": sd}
                for power in POWERS:
                    row[f"Enrol for power {100 * power:.0f} %"] = _enrolled(
                        design, difference, power, planned.dropout
                    )
            else:
                enrolled = round(share * planned.enrolled_per_arm)
                arm, _ = _arms(design, enrolled)[-1]
                row = {f"Enrolled, {arm}": enrolled, "SD": sd}
                for power in POWERS:
                    row[f"Difference at power {100 * power:.0f} %"] = _detected(
                        design, enrolled, power, planned.dropout
                    )
            rows.append(row)
    return pd.DataFrame(rows).drop_duplicates(ignore_index=True)


def _arms(design: Design, n_per_arm: int) -> list[tuple[str, int]]:
    """Arms of unequal size by name, or all at once."""
    if design.ratio == 1:
        return [("each arm", n_per_arm)]
    return [("treatment", design.treated(n_per_arm)), ("control", n_per_arm)]


def _apart(design: Design, n_per_arm: int) -> str:
    return ", ".join(f"{n:,} in the {arm}" for arm, n in _arms(design, n_per_arm))


def _each(design: Design, n_per_arm: int) -> str:
    """How subjects are shared out, as the end of a sentence; nothing where there are no arms."""
    if design.ratio != 1:
        return f", {_apart(design, n_per_arm)}"
    return "" if design.n_arms == 1 else f", {n_per_arm:,} in each of {design.n_arms} arms"


def _enrolled(design: Design, difference: float, power: float, dropout: float) -> float:
    try:
        return plan_subjects(design, difference, power=power, dropout=dropout).enrolled_total
    except TableError:
        return np.nan


def _detected(design: Design, enrolled: int, power: float, dropout: float) -> float:
    try:
        return plan_difference(design, enrolled, power=power, dropout=dropout).difference
    except TableError:
        return np.nan


def _doubt(found: StudySd) -> str:
    limit = f"{100 * found.confidence:g} % upper limit {number(found.upper)}"
    return f"({found.df} degrees of freedom; {limit})"
