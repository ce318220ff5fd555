"""How well a score repeats, as a sentence and tables."""

import pandas as pd

from dermdash.stats.findings import Effect
from dermdash.stats.repeatability import Repeatability
from dermdash.stats.words import number

MEASURES = {
    "icc_1_1": "ICC(1,1), share of a scan's variance that is not error",
    "sem": "standard error of measurement of one scan",
    "sdc": "smallest detectable change of one scan",
}


def repeatability_sentence(found: Repeatability, sdc: Effect, *, basis: str, outcome: str) -> str:
    """From which change on a subject has changed beyond error.

    sdc : of a subject's score as it is compared; basis : which scans repeat, in words
    """
    return (
        f"A subject's {outcome} has changed beyond measurement error once it differs by "
        f"{number(sdc.value)} or more (smallest detectable change, {_interval(sdc)}), judged by "
        f"{basis}: {found.n_scans} scans of {found.n_subjects} subjects, ICC "
        f"{number(found.icc.value)} ({_interval(found.icc)})."
    )


def measure_table(found: Repeatability, sdc: Effect, *, scans_a_visit: float) -> pd.DataFrame:
    """ICC, standard error and smallest detectable change, of a scan and of a subject's score."""
    averaged = "" if scans_a_visit == 1 else f" (mean of {scans_a_visit:.1f} scans a visit)"
    rows = [(MEASURES[one.name], one) for one in (found.icc, found.sem, found.sdc)]
    rows.append((f"smallest detectable change of a subject's score{averaged}", sdc))
    return pd.DataFrame(
        [
            {
                "Measure": name,
                "Estimate": one.value,
                "CI low": one.ci_low,
                "CI high": one.ci_high,
            }
            for name, one in rows
        ]
    )


def component_table(found: Repeatability) -> pd.DataFrame:
    """One row a source of variation."""
    return pd.DataFrame(
        [
            {
                "Source": one.source,
                "Variance": one.variance,
                "CI low": one.ci_low,
                "CI high": one.ci_high,
                "SD": one.variance**0.5,
                "Share (%)": 100 * one.share,
            }
            for one in found.components
        ]
    )


def _interval(one: Effect) -> str:
    return f"{100 * one.level:g} % CI {number(one.ci_low)} to {number(one.ci_high)}"
