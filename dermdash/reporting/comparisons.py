"""A comparison as tables and sentences, for pages and reports alike."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dermdash.reporting.blocks import names_of
from dermdash.reporting.words import plural
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Check, Contrast, Effect
from dermdash.stats.fragility import decisive
from dermdash.stats.outliers import Outlier
from dermdash.stats.words import NAMES, number, write_p

EFFECTS = {
    "cohen_dz": "Cohen's dz",
    "eta_squared": "η²",
    "hedges_g": "Hedges' g",
    "omega_squared": "ω²",
    "partial_eta_squared": "partial η²",
    "probability_of_superiority": "P(a > b)",
}

SIDES = {"a": "a", "b": "b"}
EXPLORATORY = (
    "No analysis plan was locked before looking, so all of this is exploratory: estimates, "
    "intervals and p-values, without stars."
)
INTERVALS = (
    "Intervals of Tukey, Games-Howell and Dunnett hold for all differences at once, the others "
    "each for itself."
)
NO_OUTLIERS = "No value lies further from its group's median than the rule allows."
OUTLIERS = "Values far from their group's median, kept in every result above"


def contrast_table(contrasts: Sequence[Contrast]) -> pd.DataFrame:
    """One row a difference a − b, as people read it: estimate, interval, p, effect size.

    Unbounded intervals are missing values.
    """
    rows = []
    sized = any(one.effect for one in contrasts)
    noted = any(one.note for one in contrasts)
    for one in contrasts:
        effect = one.effect
        rows.append(
            {
                **({"Visit": one.visit} if one.visit else {}),
                "Difference": f"{one.a} − {one.b}",
                "Estimate": one.difference,
                "CI low": _finite(one.ci_low),
                "CI high": _finite(one.ci_high),
                "p": write_p(one.p),
                "p adjusted": write_p(one.p_adjusted),
                "Test": NAMES[one.method],
                **({"Effect size": _size(effect)} if sized else {}),
                **({"Note": one.note or ""} if noted else {}),
            }
        )
    return pd.DataFrame(rows)


def alternative_table(found: Comparison) -> pd.DataFrame:
    """One row a difference, or the question as a whole; a column of p a test."""
    whole = {NAMES[found.omnibus.test]: decisive(found.omnibus)}
    rows: dict[str, dict[str, float]] = {"all together": whole}
    for one in found.contrasts:
        rows.setdefault(_label(one), {})[NAMES[one.method]] = one.p_adjusted
    for other in found.alternatives:
        if other.omnibus:
            rows["all together"][NAMES[other.test.test]] = decisive(other.test)
        for one in other.contrasts:
            rows.setdefault(_label(one), {})[NAMES[one.method]] = one.p_adjusted
    return pd.DataFrame(
        [
            {
                "Difference": label,
                "Test": test,
                "p adjusted": write_p(p),
                "below alpha": p < found.plan.alpha,
            }
            for label, tests in rows.items()
            for test, p in tests.items()
        ]
    )


def check_table(checks: Sequence[Check]) -> pd.DataFrame:
    """One row an assumption that was tested."""
    return pd.DataFrame(
        [
            {
                "Test": NAMES.get(check.test, check.test),
                "Of": check.of,
                "Statistic": number(check.statistic),
                "p": write_p(check.p),
            }
            for check in checks
        ],
        columns=["Test", "Of", "Statistic", "p"],
    )


def outlier_table(outliers: Sequence[Outlier]) -> pd.DataFrame:
    """One row a flagged value."""
    return pd.DataFrame(
        [
            {
                "Subject": one.subject,
                "Arm": one.arm or "",
                "Visit": one.visit or "",
                "Value": number(one.value),
                "Distance from the median (MADs)": number(one.distance),
            }
            for one in outliers
        ]
    )


def effect_sentence(found: Comparison) -> str:
    """The sizes of the whole effect: "η² = 0.64 (90 % CI 0.44 to 0.74)"."""
    sides = dict(zip("ab", found.arms, strict=False)) if len(found.arms) == 2 else {}
    names = {**EFFECTS, "probability_of_superiority": "P({a} > {b})".format(**(sides or SIDES))}
    return "; ".join(
        f"{names[effect.name]} = {number(effect.value)} ({100 * effect.level:.0f} % CI "
        f"{number(effect.ci_low)} to {number(effect.ci_high)})"
        for effect in found.effects
    )


def unit_sentence(found: Comparison) -> str:
    """How many subjects stand behind the result: the subject is the unit."""
    cells = [
        f"{arm} {cell}" if isinstance(cell, int) else f"{arm} {_visits(cell)}"
        for arm, cell in found.n.items()
    ]
    return f"Subjects analysed: {', '.join(cells)}."


def looked_at(found: Comparison, standing: str = EXPLORATORY) -> str:
    """What the differences are differences of, on whom, and how many were looked at.

    standing : whether they were planned, in words
    """
    looked = plural(len(found.contrasts), "difference")
    return f"{found.estimand} {unit_sentence(found)} {standing} Looked at here: {looked}."


def fragile_sentence(found: Comparison) -> str:
    """That other tests fall on the other side of alpha, or nothing."""
    if not found.fragile:
        return ""
    return (
        f"Fragile: the tests below fall on both sides of {found.plan.alpha:g} for at least one "
        "difference. Do not build a claim on it."
    )


def agreement_sentence(found: Comparison) -> str:
    """Whether the other valid tests fall on the same side of alpha."""
    alpha = found.plan.alpha
    if found.fragile:
        others = list(dict.fromkeys(NAMES.get(one.other, one.other) for one in found.fragile))
        fall = "falls" if len(others) == 1 else "fall"
        return f"Fragile: {names_of(others)} {fall} on the other side of {alpha:g} than the result."
    if not found.alternatives:
        return "No other valid test of this question could be computed."
    names = names_of(list(dict.fromkeys(NAMES[one.test.test] for one in found.alternatives)))
    return f"Other valid tests ({names}) fall on the same side of {alpha:g} as the result."


def _visits(cells: dict[str, int]) -> str:
    if len(set(cells.values())) == 1:
        return str(next(iter(cells.values())))
    return "(" + ", ".join(f"{visit} {n}" for visit, n in cells.items()) + ")"


def _size(effect: Effect | None) -> str:
    if effect is None:
        return ""
    interval = f"{number(effect.ci_low)} to {number(effect.ci_high)}"
    return f"{EFFECTS[effect.name]} {number(effect.value)} ({interval})"


def _label(one: Contrast) -> str:
    return f"{one.a} − {one.b}" + (f" at {one.visit}" if one.visit else "")


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan
