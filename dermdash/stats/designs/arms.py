"""Independent arms: do their means differ?"""

from collections.abc import Sequence
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.arm_pairs import dunn_holm, dunnett, games_howell, tukey_hsd
from dermdash.stats.arms import anova, kruskal_wallis, residuals, welch_anova
from dermdash.stats.assumptions import brown_forsythe, shapiro_wilk
from dermdash.stats.designs.answer import Answer, Beside, test_of
from dermdash.stats.designs.spread import uneven_spread
from dermdash.stats.effects import eta_squared, omega_squared
from dermdash.stats.findings import Alternative, Check, Contrast, Effect, Test
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.two_arms import mann_whitney, probability_of_superiority, welch_t_test
from dermdash.stats.within import holm_adjusted

Groups = dict[str, NDArray[np.float64]]
READ_WELCH = "Welch's ANOVA and Games-Howell, which do not assume that they are equal"
READ_RANKS = "Kruskal and Wallis' test and Dunn's, which compare ranks"


def compare_arms(observations: Observations, plan: Plan) -> Answer:
    """One-way comparison: ANOVA and Tukey (Dunnett against a control), or Welch if planned so.

    Raises
    ------
    TableError
        Fewer than two arms, an arm of one subject, or nothing varies.
    """
    groups = observations.groups()
    _check(groups)
    beside = Beside()
    pairs = _pairs(observations.arms, plan.control)
    classic = _classic(groups, plan, pairs)
    welch = beside.attempt("Welch's test", partial(_welch, groups, plan, pairs))
    ranks = beside.attempt("Kruskal and Wallis' test", partial(_ranks, groups, plan, pairs))
    first = classic if plan.equal_variances or welch is None else welch
    others = [welch if first is classic else classic, ranks, *_of_two(groups, plan, beside)]
    spread = uneven_spread(groups, READ_RANKS if welch is None else READ_WELCH)
    return Answer(
        design="arms",
        n={arm: int(values.size) for arm, values in groups.items()},
        omnibus=first.test,
        contrasts=first.contrasts,
        effects=_effects(groups, classic.test, plan),
        checks=_checks(groups, beside),
        alternatives=tuple(other for other in others if other is not None),
        estimand=(
            f"Difference in mean {plan.outcome} between arms, over subjects with a value; "
            "subjects without one are left out."
        ),
        warnings=(*([spread] if spread and first is classic else []), *beside.warnings),
    )


def _check(groups: Groups) -> None:
    if len(groups) < 2:
        raise TableError(
            f"the table has one arm, {next(iter(groups))!r}; a comparison needs at least two"
        )
    for arm, values in groups.items():
        if values.size < 2:
            raise TableError(f"arm {arm!r} has 1 subject; each arm needs at least 2; leave it out")


def _pairs(arms: Sequence[str], control: str | None) -> set[tuple[str, str]]:
    """The contrasts asked for: each arm − control, or all pairs."""
    return {(a, b) for a, b in combinations(arms, 2) if control is None or control == b}


def _chosen(contrasts: Sequence[Contrast], pairs: set[tuple[str, str]]) -> tuple[Contrast, ...]:
    return tuple(contrast for contrast in contrasts if (contrast.a, contrast.b) in pairs)


def _classic(groups: Groups, plan: Plan, pairs: set[tuple[str, str]]) -> Alternative:
    if plan.control is None:
        contrasts = tukey_hsd(groups, alpha=plan.alpha)
    else:
        contrasts = dunnett(groups, control=plan.control, alpha=plan.alpha)
    return Alternative(anova(groups), _chosen(contrasts, pairs))


def _welch(groups: Groups, plan: Plan, pairs: set[tuple[str, str]]) -> Alternative:
    contrasts = games_howell(groups, alpha=plan.alpha)
    return Alternative(welch_anova(groups), _chosen(contrasts, pairs))


def _ranks(groups: Groups, plan: Plan, pairs: set[tuple[str, str]]) -> Alternative:
    """Dunn's contrasts, by Holm over those asked for alone."""
    contrasts = _chosen(dunn_holm(groups, alpha=plan.alpha), pairs)
    return Alternative(kruskal_wallis(groups), holm_adjusted(contrasts))


def _of_two(groups: Groups, plan: Plan, beside: Beside) -> list[Alternative]:
    """The tests that two arms have of their own."""
    if len(groups) != 2:
        return []
    found = []
    for what, test in (
        ("Welch's t test", welch_t_test),
        ("Mann and Whitney's test", mann_whitney),
    ):
        contrast = beside.attempt(what, partial(test, groups, alpha=plan.alpha))
        if contrast is not None:
            found.append(Alternative(test_of(contrast), (contrast,)))
    return found


def _effects(groups: Groups, whole: Test, plan: Plan) -> tuple[Effect, ...]:
    shares = (eta_squared(whole.statistic, *whole.df), omega_squared(whole.statistic, *whole.df))
    if len(groups) != 2:
        return shares
    return (*shares, probability_of_superiority(groups, alpha=plan.alpha))


def _checks(groups: Groups, beside: Beside) -> tuple[Check, ...]:
    found = [
        beside.attempt("the test of equal variances", partial(brown_forsythe, groups)),
        beside.attempt("the test of normality", lambda: shapiro_wilk(residuals(groups))),
    ]
    return tuple(check for check in found if check is not None)
