"""What missing scores could change, as a sentence and a table."""

import pandas as pd

from dermdash.stats.tipping import Tipping
from dermdash.stats.words import equals_p, number


def tipping_sentence(found: Tipping, *, shifted: str, outcome: str, alpha: float = 0.05) -> str:
    """At which delta the difference between two arms would tip.

    shifted : the arm whose missing scores are moved against the finding
    """
    expected = found.contrasts[0]
    n_a, n_b = found.n_imputed
    level = f"{100 * (1 - alpha):.4g} % CI"
    opening = (
        f"With the missing {expected.visit} scores ({n_a} of {expected.a}, {n_b} of {expected.b}) "
        f"as expected of who was seen, {expected.a} − {expected.b} in {outcome} is "
        f"{number(expected.difference)} ({level} {number(expected.ci_low)} to "
        f"{number(expected.ci_high)}; {equals_p(expected.p)})"
    )
    if expected.p >= alpha:
        return f"{opening}: nothing is settled that missing scores could undo."
    way = "higher" if found.deltas[-1] > 0 else "lower"
    if found.tipping_delta is None:
        return (
            f"{opening}, and it stands even if the missing scores of {shifted} were "
            f"{number(abs(found.deltas[-1]))} {way} than expected."
        )
    tipped = found.contrasts[found.deltas.index(found.tipping_delta)]
    return (
        f"{opening}; it tips once the missing scores of {shifted} are "
        f"{number(abs(found.tipping_delta))} {way} than expected (then "
        f"{number(tipped.difference)}, {equals_p(tipped.p)})."
    )


def tipping_table(found: Tipping) -> pd.DataFrame:
    """One row a delta: delta, difference, ci_low, ci_high, p."""
    return pd.DataFrame(
        [
            {
                "delta": delta,
                "difference": one.difference,
                "ci_low": one.ci_low,
                "ci_high": one.ci_high,
                "p": one.p,
            }
            for delta, one in zip(found.deltas, found.contrasts, strict=True)
        ]
    )


def without_baseline_sentence(n_without_baseline: int) -> str:
    """Who is not even imputed, or nothing."""
    if not n_without_baseline:
        return ""
    have = "subject has" if n_without_baseline == 1 else "subjects have"
    return f"{n_without_baseline} {have} no baseline score and cannot be imputed."


def imputed_sentence(shifted: str, n_without_baseline: int) -> str:
    """How missing scores were imputed, and who was not.

    shifted : the arm whose missing scores are moved
    """
    how = (
        "Each missing score is drawn 200 times from the baseline-adjusted line of its arm and put "
        f"together by Rubin's rules; those of {shifted} are then moved by delta."
    )
    return f"{how} {without_baseline_sentence(n_without_baseline)}".rstrip()
