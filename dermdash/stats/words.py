"""A comparison in one sentence of plain English: the estimate first, and how sure it is."""

import math
from collections.abc import Sequence
from typing import Protocol

from dermdash.stats.findings import Contrast, Test
from dermdash.stats.fragility import Disagreement, decisive
from dermdash.stats.plan import Plan

NAMES = {
    "ancova": "ANCOVA",
    "ancova, delta-adjusted": "ANCOVA of imputed scores",
    "anova": "ANOVA",
    "arm_by_block": "arm by block",
    "brown_forsythe": "Brown-Forsythe",
    "brunner_munzel": "Brunner-Munzel",
    "dunn_holm": "Dunn with Holm",
    "dunnett": "Dunnett",
    "equal_slopes": "equal slopes",
    "fisher_exact": "Fisher's exact test",
    "friedman": "Friedman",
    "games_howell": "Games-Howell",
    "kruskal_wallis": "Kruskal-Wallis",
    "levene": "Levene",
    "mann_whitney": "Mann-Whitney",
    "mcnemar_exact": "McNemar's exact test",
    "mixed_anova": "mixed ANOVA",
    "mmrm": "mixed model (MMRM)",
    "paired_t_test": "paired t test",
    "rm_anova": "repeated-measures ANOVA",
    "shapiro_wilk": "Shapiro-Wilk",
    "t_test": "t test",
    "stratified_welch": "Welch within blocks, Holm",
    "tukey_hsd": "Tukey HSD",
    "two_way_anova": "two-way ANOVA",
    "two_way_holm": "two-way model, Holm",
    "two_way_tukey": "two-way model, Tukey-Kramer",
    "welch_anova": "Welch's ANOVA",
    "welch_t_test": "Welch's t test",
    "van_elteren": "van Elteren's ranks, Holm",
    "wilcoxon_signed_rank": "Wilcoxon signed-rank",
}


SMALL = 1e-6  # in absolute value; below, numbers are written with their power of ten
LIMITS = (0.01, 0.05, 0.1)  # p-values that are decided upon


class Findings(Protocol):
    """What a sentence is made of: an answer, or a whole comparison."""

    @property
    def design(self) -> str: ...
    @property
    def omnibus(self) -> Test: ...
    @property
    def contrasts(self) -> tuple[Contrast, ...]: ...


def write_p(p: float) -> str:
    """A p-value as it is printed: three digits, and more where these would round it to a limit.

    >>> write_p(0.0458), write_p(0.00004), write_p(1.0), write_p(0.0496), write_p(0.0504)
    ('.046', '< .001', '1.000', '.0496', '.0504')
    """
    if p < 0.001:
        return "< .001"
    digits = 3
    while float(f"{p:.{digits}f}") in LIMITS and float(f"{p:.{digits}f}") != p and digits < 8:
        digits += 1
    return f"{p:.{digits}f}".removeprefix("0")


def equals_p(p: float) -> str:
    """``p = .046`` or ``p < .001``."""
    return f"p {write_p(p)}" if p < 0.001 else f"p = {write_p(p)}"


def stars(p: float) -> str:
    """``*`` p < .05, ``**`` p < .01, ``***`` p < .001, on the unrounded p; ``ns`` otherwise."""
    return next(
        (mark for mark, limit in (("***", 0.001), ("**", 0.01), ("*", 0.05)) if p < limit), "ns"
    )


def number(value: float) -> str:
    """Two decimals with a true minus sign, and as many more as a small value needs.

    >>> number(-0.306), number(0.0056), number(123.4), number(float("-inf")), number(0.0)
    ('−0.31', '0.006', '123.40', '−∞', '0.00')
    >>> number(-2.34e-12)
    '−2.3e−12'
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 0 < abs(value) < SMALL:
        return f"{value:.1e}".replace("-", "−")
    digits = 2 if value == 0 else max(2, math.ceil(-math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def read(answer: Findings, plan: Plan, fragile: Sequence[Disagreement]) -> str:
    """The sentence that a page, a report and the command line open with."""
    contrast = leading(answer, plan)
    parts = [_finding(answer, contrast, plan)]
    if contrast.note:
        parts.append(f"This difference is {contrast.note}.")
    elif noted := [one.note for one in answer.contrasts if one.note]:
        several = len(noted) > 1
        parts.append(f"{len(noted)} other difference{'s are' if several else ' is'} {noted[0]}.")
    hinges = [
        d for d in fragile if (d.a, d.b, d.visit) == (contrast.a, contrast.b, contrast.visit or "")
    ]
    whole = _opening(answer, plan)
    elsewhere = [d for d in fragile if d not in hinges and (d.a or whole)]
    if hinges:
        parts.append(
            "This finding is fragile: "
            + ", ".join(f"{_name(d.other)} gives {equals_p(d.other_p)}" for d in hinges)
            + "."
        )
    if elsewhere:
        shown = _disagreements(elsewhere)
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        parts.append(f"Fragile: {'; '.join(shown[:3])}{more}.")
    return " ".join(parts)


def leading(answer: Findings, plan: Plan) -> Contrast:
    """The contrast to speak of: the primary one, else the clearest at the last visit.

    The clearest has the smallest p: a larger difference of two small arms may be settled less.
    """
    for contrast in answer.contrasts:
        if contrast.role == "primary":
            return contrast
    if answer.design == "visits":
        first = answer.contrasts[0].b
        return [c for c in answer.contrasts if c.b == first][-1]
    visits = [c.visit for c in answer.contrasts]
    visit = plan.primary_visit if plan.primary_visit in visits else visits[-1]
    at_visit = [c for c in answer.contrasts if c.visit == visit]
    plain = [c for c in at_visit if not c.note]
    return min(plain or at_visit, key=lambda c: (c.p_adjusted, c.p, -abs(c.difference)))


def _finding(answer: Findings, contrast: Contrast, plan: Plan) -> str:
    level = f"{100 * (1 - plan.alpha):g} % CI"
    interval = f"{level} {number(contrast.ci_low)} to {number(contrast.ci_high)}"
    how = f"{interval}; {_name(contrast.method)}, {equals_p(contrast.p_adjusted)}"
    opening = _opening(answer, plan)
    if contrast.p_adjusted < plan.alpha:
        return f"{opening}{_said(answer, contrast, plan)} ({how})."
    difference = f"{contrast.a} − {contrast.b}"
    where = f" at {contrast.visit}" if contrast.visit else ""
    return (
        f"{opening}the data do not settle whether {plan.outcome} differs{where}: {difference} is "
        f"{number(contrast.difference)} ({how}), and every difference in that interval is "
        "compatible with them."
    )


def _opening(answer: Findings, plan: Plan) -> str:
    """The omnibus test, where there is more than one contrast of its kind, and none confounded."""
    if answer.design not in ("arms", "visits") or len(answer.contrasts) < 2:
        return ""
    if any(one.note for one in answer.contrasts):
        return ""
    test = answer.omnibus
    p = decisive(test)
    what = "Arms" if answer.design == "arms" else "Visits"
    verdict = "differ" if p < plan.alpha else "do not differ clearly"
    corrected = ", Greenhouse-Geisser" if test.p_gg is not None else ""
    return f"{what} {verdict} ({_name(test.test)} {statistic(test)}, {equals_p(p)}{corrected}): "


def statistic(test: Test) -> str:
    """``F(2, 33) = 29.58``, ``t(9) = −4.06``, or the bare statistic.

    >>> statistic(Test("anova", 29.578, (2.0, 33.0), 4e-8))
    'F(2, 33) = 29.58'
    """
    letter = {"kruskal_wallis": "H", "friedman": "χ²", "mann_whitney": "U"}.get(test.test)
    if test.test == "wilcoxon_signed_rank":
        letter = "V"
    if letter is None:
        letter = "F" if len(test.df) == 2 else "t" if test.df else "z"
    df = ", ".join(f"{round(part, 2):g}" for part in test.df)
    return f"{letter}{f'({df})' if df else ''} = {number(test.statistic)}"


def _said(answer: Findings, contrast: Contrast, plan: Plan) -> str:
    size = number(abs(contrast.difference))
    up = contrast.difference > 0
    mean = f"mean {plan.outcome}"
    if answer.design == "visits":
        way = "rose" if up else "fell"
        return f"{mean} {way} by {size} from {contrast.b} to {contrast.a}"
    more = "higher" if up else "lower"
    if answer.design == "arms x visits":
        return (
            f"at {contrast.visit}, baseline-adjusted {mean} was {size} {more} in "
            f"{contrast.a} than in {contrast.b}"
        )
    if answer.design == "sides x visits":
        return (
            f"by {contrast.visit}, {mean} had changed {size} "
            f"{'more' if up else 'less'} on {contrast.a} than on {contrast.b}"
        )
    place = "on" if answer.design == "sides" else "in"
    return f"{mean} was {size} {more} {place} {contrast.a} than {place} {contrast.b}"


def _disagreements(fragile: Sequence[Disagreement]) -> list[str]:
    """What hangs on the test, each difference once with all that disagrees about it."""
    others: dict[str, list[str]] = {}
    for found in fragile:
        where = f" at {found.visit}" if found.visit else ""
        what = f"{found.a} − {found.b}{where}" if found.a else "whether any differ"
        told = f"{what} ({_name(found.test)} {equals_p(found.p)}"
        others.setdefault(told, []).append(f"{_name(found.other)} {equals_p(found.other_p)}")
    return [f"{told}, {', '.join(dict.fromkeys(against))})" for told, against in others.items()]


def _name(test: str) -> str:
    return NAMES.get(test, test)
