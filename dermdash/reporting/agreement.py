"""How far readers agree, in words and as a table."""

from collections.abc import Sequence

import pandas as pd

from dermdash.stats.findings import Effect
from dermdash.stats.readers import Agreement


def read_agreement(found: Agreement) -> str:
    """One sentence: how far apart, between which limits, and the ICC.

    Names of readers stand in it as they are.
    """
    who = title(found)
    apart = f"over {_pairs(found.n)} the surfaces lie {found.distance_um:.1f} µm apart on average"
    if found.limits is None:
        return f"{who}: {apart}. Nothing more is said: {found.why}."
    limits = found.limits
    said = (
        f"{who}: {apart}; the mean difference is {_with_interval(limits.mean, 1)} µm, and 95 % of "
        f"differences are expected between {_number(limits.lower.value, 1)} "
        f"and {_number(limits.upper.value, 1)} µm"
    )
    if found.icc is None:
        return f"{said}. No ICC: {found.why}."
    return f"{said}; {_form(found.icc)} {_with_interval(found.icc, 2)}."


def agreement_table(found: Sequence[Agreement]) -> pd.DataFrame:
    """One row a reader or two readers, µm and their intervals as text."""
    return pd.DataFrame([_row(one) for one in found])


def title(found: Agreement) -> str:
    """Whose looks, signed: second − first of one reader, else a − b."""
    if found.is_repeat:
        return f"{found.reader_a}, second − first look"
    return f"{found.reader_a} − {found.reader_b}"


def _row(found: Agreement) -> dict[str, str | int]:
    limits = found.limits
    return {
        "Looks": title(found),
        "Pairs": found.n,
        "Difference (µm)": _with_interval(limits.mean, 1) if limits else "",
        "SD (µm)": f"{limits.sd:.1f}" if limits else "",
        "Lower limit (µm)": _with_interval(limits.lower, 1) if limits else "",
        "Upper limit (µm)": _with_interval(limits.upper, 1) if limits else "",
        "Distance (µm)": f"{found.distance_um:.1f}",
        "ICC": f"{_with_interval(found.icc, 2)}, {_form(found.icc)}" if found.icc else "",
    }


def _pairs(n: int) -> str:
    return "1 pair" if n == 1 else f"{n} pairs"


def _form(effect: Effect) -> str:
    return "ICC(1,1)" if effect.name == "icc_1_1" else "ICC(2,1)"


def _with_interval(effect: Effect, decimals: int) -> str:
    value, low, high = (
        _number(number, decimals) for number in (effect.value, effect.ci_low, effect.ci_high)
    )
    return f"{value} ({low} to {high})"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")
