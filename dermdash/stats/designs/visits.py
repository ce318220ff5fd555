"""The same subjects at several visits: did they change?"""

from functools import partial
from itertools import combinations

import pandas as pd

from dermdash.errors import TableError
from dermdash.stats.assumptions import shapiro_wilk
from dermdash.stats.designs.answer import Answer, Beside, test_of
from dermdash.stats.effects import partial_eta_squared
from dermdash.stats.findings import Alternative, Contrast
from dermdash.stats.friedman import friedman
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.signed_rank import wilcoxon_signed_rank
from dermdash.stats.visits import paired_contrasts, residuals, rm_anova
from dermdash.stats.within import holm_adjusted


def compare_visits(observations: Observations, plan: Plan) -> Answer:
    """Paired t for two visits; repeated-measures ANOVA with paired contrasts for more.

    Raises
    ------
    TableError
        One visit only, fewer than two complete subjects, or nothing varies.
    """
    return compare_within(
        observations.wide("visit"),
        plan,
        design="visits",
        what="visit",
        estimand=f"Mean change in {plan.outcome} of the subjects seen at every visit",
    )


def compare_within(
    wide: pd.DataFrame, plan: Plan, *, design: str, what: str, estimand: str
) -> Answer:
    """Compare the columns of a table within its rows.

    wide : a row a subject; a difference is a later column minus an earlier one
    design, what : names of the design and of a column, for results and refusals

    Raises
    ------
    TableError
        One column only, fewer than two complete rows, or nothing varies.
    """
    names = [str(name) for name in wide.columns]
    if len(names) < 2:
        raise TableError(
            f"the table has one {what}, {names[0]!r}; a comparison within subjects needs two"
        )
    complete = wide.dropna()
    lost = len(wide) - len(complete)
    if len(complete) < 2:
        raise TableError(
            f"{len(complete)} of {len(wide)} subjects have a value at every {what} "
            f"({', '.join(names)}); at least 2 are needed: add values or leave a {what} out"
        )
    table = complete.to_numpy(float)
    beside = Beside()
    contrasts = paired_contrasts(table, names, alpha=plan.alpha)
    ranked = beside.attempt("Wilcoxon's test", partial(_ranked, complete, plan))
    if len(names) == 2:
        omnibus = test_of(contrasts[0])
        effects = () if contrasts[0].effect is None else (contrasts[0].effect,)
        alternatives = [] if not ranked else [Alternative(test_of(ranked[0]), ranked)]
    else:
        omnibus = rm_anova(table)
        effects = (partial_eta_squared(omnibus.statistic, *omnibus.df),)
        freed = beside.attempt("Friedman's test", partial(friedman, table))
        alternatives = [] if freed is None else [Alternative(freed, ranked or ())]
    left = table[:, 1] - table[:, 0] if len(names) == 2 else residuals(table).ravel()
    of = "differences" if len(names) == 2 else "residuals"
    check = beside.attempt("the test of normality", partial(shapiro_wilk, left, of=of))
    warnings = list(beside.warnings)
    if lost:
        warnings.insert(
            0,
            f"{lost} of {len(wide)} subjects lack a value at a {what} and are left out: "
            f"{_some(wide.index[wide.isna().any(axis=1)])}.",
        )
    return Answer(
        design=design,
        n={name: len(complete) for name in names},
        omnibus=omnibus,
        contrasts=contrasts,
        effects=effects,
        checks=() if check is None else (check,),
        alternatives=tuple(alternatives),
        estimand=f"{estimand}; whoever lacks a value is left out.",
        warnings=tuple(warnings),
    )


def _ranked(complete: pd.DataFrame, plan: Plan) -> tuple[Contrast, ...]:
    names = list(complete.columns)
    return holm_adjusted(
        [
            wilcoxon_signed_rank(
                complete[names[j]], complete[names[i]], a=names[j], b=names[i], alpha=plan.alpha
            )
            for i, j in combinations(range(len(names)), 2)
        ]
    )


def _some(index: pd.Index) -> str:
    """The first subjects of an index by subject, or by subject and arm."""
    names = [str(key[0] if isinstance(key, tuple) else key) for key in index]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
