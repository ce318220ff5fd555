"""Independent arms of several studies, or other blocks: do their means differ within them?"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.assumptions import brown_forsythe, shapiro_wilk
from dermdash.stats.blocks import (
    TwoWay,
    arm_by_block,
    two_way,
    two_way_anova,
    two_way_holm,
    two_way_tukey,
)
from dermdash.stats.designs.answer import Answer, Beside, test_of
from dermdash.stats.designs.spread import uneven_spread
from dermdash.stats.effects import partial_eta_squared
from dermdash.stats.findings import Alternative, Check, Contrast
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.strata import Stratum, strata_of, stratified_welch, van_elteren
from dermdash.stats.within import holm_adjusted

Paired = Callable[..., Contrast]


def compare_blocks(observations: Observations, plan: Plan) -> Answer:
    """Arms given the blocks: two-way ANOVA with all pairs, or each arm − control.

    Arms that no blocks link are compared all the same, and their contrasts say that they are
    confounded with the block.

    Raises
    ------
    TableError
        A subject in two arms, an arm of one subject, fewer than two arms, or nothing varies.
    """
    table = _in_order(observations)
    _check(observations)
    noun = (plan.block or "block").replace("_", " ")
    fit = two_way(table["value"], list(table["arm"]), list(table["block"]))
    if plan.control is None:
        contrasts = two_way_tukey(fit, noun=noun, alpha=plan.alpha)
    else:
        contrasts = two_way_holm(fit, control=plan.control, noun=noun, alpha=plan.alpha)
    beside = Beside()
    whole = two_way_anova(fit)
    alike = arm_by_block(fit, noun=noun)
    others = [
        beside.attempt(what, partial(_within, test, observations, contrasts, plan))
        for what, test in (
            (f"Welch's test within each {noun}", stratified_welch),
            ("Van Elteren's test of ranks", van_elteren),
        )
    ]
    return Answer(
        design="arms",
        n={arm: int(n) for arm, n in zip(fit.arms, fit.counts.sum(axis=1), strict=True)},
        omnibus=whole,
        contrasts=contrasts,
        effects=(partial_eta_squared(whole.statistic, *whole.df),),
        checks=_checks(fit, observations, alike, beside),
        alternatives=tuple(other for other in others if other is not None),
        estimand=_estimand(fit, plan, noun),
        warnings=(
            *_warnings(fit, contrasts, alike, plan, noun),
            *_spread(fit, plan, noun, welch=others[0] is not None),
            *beside.warnings,
        ),
    )


def _in_order(observations: Observations) -> pd.DataFrame:
    place = {arm: number for number, arm in enumerate(observations.arms)}
    return observations.table.sort_values("arm", key=lambda arms: arms.map(place), kind="stable")


def _check(observations: Observations) -> None:
    arms = observations.table.groupby("subject")["arm"].nunique()
    if (arms > 1).any():
        raise TableError(
            f"subject {arms.index[arms > 1][0]} is in {arms.max()} arms; blocks pool subjects of "
            "one arm each: compare the sides of one study alone"
        )
    if len(observations.arms) < 2:
        raise TableError(
            f"the table has one arm, {observations.arms[0]!r}; a comparison needs at least two"
        )
    for arm, values in observations.groups().items():
        if values.size < 2:
            raise TableError(f"arm {arm!r} has 1 subject; each arm needs at least 2; leave it out")


def _within(
    test: Paired, observations: Observations, contrasts: tuple[Contrast, ...], plan: Plan
) -> Alternative | None:
    """A test within blocks, of the pairs that a block holds together; None where none does."""
    table = observations.table
    arm, block = list(table["arm"]), list(table["block"])
    found = []
    for one in contrasts:
        strata = _strata(table["value"].to_numpy(float), arm, block, (one.a, one.b))
        if strata:
            found.append(test(strata, (one.a, one.b), alpha=plan.alpha))
    if not found:
        return None
    return Alternative(
        test_of(found[-1]), holm_adjusted(found), omnibus=len(observations.arms) == 2
    )


def _strata(
    values: np.ndarray, arm: list[str], block: list[str], pair: tuple[str, str]
) -> list[Stratum]:
    try:
        return strata_of(values, arm, block, pair)
    except TableError:
        return []


def _checks(
    fit: TwoWay, observations: Observations, alike: Check | None, beside: Beside
) -> tuple[Check, ...]:
    of_arms = partial(brown_forsythe, _residuals(fit))
    found = [
        alike,
        beside.attempt("the test of equal variances", of_arms),
        beside.attempt("the test of normality", partial(shapiro_wilk, fit.residuals)),
    ]
    return tuple(check for check in found if check is not None)


def _residuals(fit: TwoWay) -> dict[str, np.ndarray]:
    """The residuals of each arm; the fit has its subjects arm by arm."""
    ends = [0, *np.cumsum(fit.counts.sum(axis=1))]
    return {
        arm: fit.residuals[start:stop]
        for arm, (start, stop) in zip(fit.arms, pairwise(ends), strict=True)
    }


def _spread(fit: TwoWay, plan: Plan, noun: str, *, welch: bool) -> list[str]:
    """What to read where standard deviations differ, or are planned not to be taken for equal."""
    test = "Welch's test" if welch else "Van Elteren's test of ranks"
    read = f"{test} within each {noun}"
    if uneven := uneven_spread(_residuals(fit), read):
        return [uneven]
    if plan.equal_variances:
        return []
    return [f"The two-way ANOVA takes standard deviations for equal; as planned, read {read}."]


def _estimand(fit: TwoWay, plan: Plan, noun: str) -> str:
    sizes = ", ".join(
        f"{block} {int(n)}" for block, n in zip(fit.blocks, fit.counts.sum(axis=0), strict=True)
    )
    return (
        f"Difference in mean {plan.outcome} between arms within a {noun}, the same in each by the "
        f"model, over subjects with a value ({sizes}); subjects without one are left out."
    )


def _warnings(
    fit: TwoWay, contrasts: tuple[Contrast, ...], alike: Check | None, plan: Plan, noun: str
) -> list[str]:
    said = []
    if confounded := [one for one in contrasts if one.note]:
        said.append(
            f"Confounded with {noun}: {_named(confounded)}. No {noun} links these arms, so that "
            f"whatever else differs between the {_many(noun)} (device, operator, season, "
            "recruitment) is part of their difference and cannot be told from it."
        )
    if indirect := [one for one in contrasts if fit.indirect(one.a, one.b)]:
        said.append(
            f"Indirect: {_named(indirect)}. No {noun} holds both arms; they are compared through "
            f"the arms that their {_many(noun)} share."
        )
    if alike is not None and alike.p < plan.alpha:
        said.append(
            f"Differences between arms are not alike in all {_many(noun)}: the pooled difference "
            f"is an average over them; read each {noun} alone, too."
        )
    return said


def _named(contrasts: list[Contrast]) -> str:
    shown = [f"{one.a} − {one.b}" for one in contrasts]
    return "; ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")


def _many(noun: str) -> str:
    """
    >>> _many("study"), _many("centre")
    ('studies', 'centres')
    """
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
