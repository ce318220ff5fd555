"""``compare``: the one way from a tidy table and a plan to what may be concluded."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.designs.answer import Answer, Counts, WithinArm
from dermdash.stats.designs.arms import compare_arms
from dermdash.stats.designs.blocks import compare_blocks
from dermdash.stats.designs.changes import compare_changes
from dermdash.stats.designs.sides import compare_side_changes, compare_sides
from dermdash.stats.designs.visits import compare_visits
from dermdash.stats.findings import Alternative, Check, Contrast, Effect, Test
from dermdash.stats.fragility import Disagreement, disagreements
from dermdash.stats.multiplicity import as_planned, assign_roles
from dermdash.stats.observations import ALONE, Observations, observe
from dermdash.stats.outliers import Outlier, flag_outliers
from dermdash.stats.plan import Plan
from dermdash.stats.words import read

Design = Callable[[Observations, Plan], Answer]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The same question asked of other data: a label, and what is found then."""

    label: str
    omnibus: Test
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a table says to a plan's question.

    design : ``arms``, ``visits``, ``arms x visits``, ``sides`` or ``sides x visits``
    arms, visits : in their order; one name where there is one only
    n : subjects analysed, by cell; dropped : rows left out, by reason
    contrasts : differences a − b; within_arm : mean changes, as description
    alternatives : other valid tests; fragile : findings that one of them does not share
    outliers : values far from the median of their cell, all of them kept; sensitivity : the
        contrasts without them
    sentence : the reading, with estimate and interval
    """

    plan: Plan
    design: str
    arms: tuple[str, ...]
    visits: tuple[str, ...]
    n: Counts
    dropped: dict[str, int]
    omnibus: Test
    contrasts: tuple[Contrast, ...]
    effects: tuple[Effect, ...]
    checks: tuple[Check, ...]
    alternatives: tuple[Alternative, ...]
    within_arm: tuple[WithinArm, ...]
    outliers: tuple[Outlier, ...]
    sensitivity: tuple[Sensitivity, ...]
    fragile: tuple[Disagreement, ...]
    estimand: str
    sentence: str
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON; what has no value (an unbounded interval) is None."""
        values: dict[str, Any] = _plain(asdict(self))
        values["plan"] = self.plan.to_json()
        values["omnibus"] = _test(self.omnibus)
        values["alternatives"] = [
            {
                **_test(other.test),
                "omnibus": other.omnibus,
                "contrasts": _plain([asdict(c) for c in other.contrasts]),
            }
            for other in self.alternatives
        ]
        values["sensitivity"] = [
            {
                "label": other.label,
                "omnibus": _test(other.omnibus),
                "contrasts": _plain([asdict(c) for c in other.contrasts]),
            }
            for other in self.sensitivity
        ]
        values["within_arm"] = [
            {"visit": row.visit, **_plain(asdict(row.change))} for row in self.within_arm
        ]
        return values


def compare(table: pd.DataFrame, plan: Plan) -> Comparison:
    """Answer a plan's question from a tidy table.

    table : one row a subject in each cell of arm and visit; other columns do not matter

    Independent arms are compared by ANOVA and Tukey (Dunnett against a control), visits by the
    paired t test or repeated-measures ANOVA, arms over visits by ANCOVA (a mixed model where
    visits are missing), sides of the same subjects by paired tests. Other valid tests stand
    beside each.

    Raises
    ------
    TableError
        The table does not hold what the plan names, a subject twice in one cell, or too little to
        compare.

    >>> scores = pd.DataFrame({"arm": list("aaaabbbb"), "score": [1, 2, 2, 3, 3, 4, 4, 5]})
    >>> result = compare(scores, Plan("score", between="arm"))
    >>> result.contrasts[0].difference, result.design, result.n
    (-2.0, 'arms', {'a': 4, 'b': 4})
    """
    observations = observe(table, plan)
    design = _design(observations, plan)
    answer = design(observations, plan)
    answer = replace(answer, contrasts=assign_roles(answer.contrasts, plan))
    others = [replace(o, contrasts=as_planned(o.contrasts, plan)) for o in answer.alternatives]
    fragile = disagreements(answer.omnibus, answer.contrasts, others, alpha=plan.alpha)
    outliers = flag_outliers(observations, plan)
    return Comparison(
        plan=plan,
        design=answer.design,
        arms=observations.arms,
        visits=observations.visits,
        n=answer.n,
        dropped=observations.dropped,
        omnibus=answer.omnibus,
        contrasts=answer.contrasts,
        effects=answer.effects,
        checks=answer.checks,
        alternatives=answer.alternatives,
        within_arm=answer.within_arm,
        outliers=outliers,
        sensitivity=_without(outliers, observations, plan, design),
        fragile=fragile,
        estimand=answer.estimand,
        sentence=_capital(read(answer, plan, fragile)),
        warnings=(*observations.warnings, *answer.warnings),
    )


def beside(found: Comparison, others: Mapping[str, Comparison]) -> Comparison:
    """The comparison with what other readings of the data do not share among its fragile findings.

    others : by label, such as "DEJ 5 µm deeper", the same question asked of other scores
    """
    more = [
        disagreement
        for label, other in others.items()
        for disagreement in disagreements(
            found.omnibus,
            found.contrasts,
            [Alternative(other.omnibus, other.contrasts)],
            alpha=found.plan.alpha,
            label=label,
        )
    ]
    return also_fragile(found, more)


def also_fragile(found: Comparison, more: Iterable[Disagreement]) -> Comparison:
    """The comparison with further fragile findings, which its sentence names, too."""
    fragile = (*found.fragile, *more)
    return replace(found, fragile=fragile, sentence=_capital(read(found, found.plan, fragile)))


def _design(observations: Observations, plan: Plan) -> Design:
    if plan.between is None:
        return compare_visits
    if observations.table["block"].nunique() > 1:
        return compare_blocks
    over_visits = plan.within is not None
    arms = observations.table.groupby("subject")["arm"].nunique()
    crossed = arms[arms > 1]
    if crossed.empty or plan.subject is None:
        return compare_changes if over_visits else compare_arms
    if 2 * len(crossed) < len(arms):
        names = observations.table.loc[
            observations.table["subject"] == crossed.index[0], "arm"
        ].unique()
        raise TableError(
            f"subject {crossed.index[0]} is in {' and '.join(names)}; a subject belongs to one arm "
            "(or, in a hemi-face study, most subjects to both): correct its arm"
        )
    return compare_side_changes if over_visits else compare_sides


def _without(
    outliers: tuple[Outlier, ...], observations: Observations, plan: Plan, design: Design
) -> tuple[Sensitivity, ...]:
    """The contrasts without the flagged values, where enough are left."""
    if not outliers:
        return ()
    flagged = [(o.subject, o.arm or ALONE, o.visit or ALONE) for o in outliers]
    keys = observations.table[["subject", "arm", "visit"]].apply(tuple, axis=1)
    kept = observations.table[~keys.isin(flagged)].reset_index(drop=True)
    label = f"without {len(outliers)} flagged value{'s' if len(outliers) > 1 else ''}"
    try:
        answer = design(replace(observations, table=kept), plan)
    except TableError:
        return ()
    return (Sensitivity(label, answer.omnibus, assign_roles(answer.contrasts, plan)),)


def _test(test: Test) -> dict[str, Any]:
    """A test in JSON; one degree of freedom is a number, two are a list."""
    values: dict[str, Any] = _plain(asdict(test))
    df = values["df"]
    values["df"] = df[0] if len(df) == 1 else df or None
    if test.epsilon_gg is None:
        del values["epsilon_gg"], values["p_gg"]
    return values


def _plain(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _plain(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(value) for value in values]
    if isinstance(values, float):
        return float(values) if math.isfinite(values) else None
    return values


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
