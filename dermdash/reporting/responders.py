"""Responders as a sentence and tables."""

from collections.abc import Sequence

import pandas as pd

from dermdash.analysis.responders import Response
from dermdash.stats.findings import Contrast, Effect
from dermdash.stats.responders import SLACK, Responders, Share
from dermdash.stats.words import NAMES, equals_p, number, write_p

SDC_UNKNOWN = (
    "The smallest detectable change is not known, for want of repeated scans: who reaches the "
    "threshold may have done so by measurement error."
)
THRESHOLD_OPEN = "No analysis plan fixed the threshold beforehand: this is exploratory."


def responder_sentence(
    found: Responders, *, baseline: str, visit: str, outcome: str, alpha: float = 0.05
) -> str:
    """How many responded in each arm, and what lies between the arms."""
    what = f"{response_name(found.threshold)} in {outcome} from {baseline} to {visit}"
    if not found.contrasts:
        (share,) = found.shares
        return (
            f"{_of(share)} {what} ({_level(alpha)} {_percent(share.ci_low)} to "
            f"{_percent(share.ci_high)} %); without a control nobody can say how many would have "
            "done so anyway."
        )
    one = _clearest(found.contrasts)
    shares = {share.arm: share for share in found.shares}
    between = f"{_of(shares[one.a])} in {one.a} against {_of(shares[one.b])} in {one.b}"
    points = (
        f"a difference of {_points(one.difference)} percentage points ({_level(alpha)} "
        f"{_points(one.ci_low)} to {_points(one.ci_high)}; {NAMES[one.method]}, "
        f"{equals_p(one.p_adjusted)})"
    )
    if one.p_adjusted < alpha:
        more = "More" if one.difference > 0 else "Fewer"
        return f"{more} subjects {what} in {one.a} than in {one.b}: {between}, {points}."
    return (
        f"The data do not settle whether more subjects {what} in {one.a} than in {one.b}: "
        f"{between}, {points}."
    )


def missing_sentence(found: Responders, missing_as_none: Responders | None) -> str:
    """What becomes of the difference where a missing change counts as no response, or nothing."""
    if missing_as_none is None:
        return ""
    shares = ", ".join(f"{share.arm} {_of(share)}" for share in missing_as_none.shares)
    n_missing = sum(share.n_missing for share in found.shares)
    many = "the missing change" if n_missing == 1 else f"the {n_missing} missing changes"
    said = f"With {many} counted as no response: {shares}"
    if found.contrasts:
        named = _clearest(found.contrasts)
        pairs = {(one.a, one.b): one for one in missing_as_none.contrasts}
        one = pairs[named.a, named.b]
        said += f"; {one.a} − {one.b} {_points(one.difference)} points, {equals_p(one.p_adjusted)}"
    return f"{said}."


def responder_notes(answer: Response, sdc: Effect | None) -> list[str]:
    """What to beware of: a threshold within error, missing changes, error that is not known.

    sdc : smallest detectable change of a subject's score
    """
    notes = []
    if sdc is not None and (under := threshold_warning(answer.found.threshold, sdc)):
        notes.append(under)
    if answer.found.warnings:
        left_out = " ".join(answer.found.warnings)
        notes.append(f"{left_out} {missing_sentence(answer.found, answer.missing_as_none)}".strip())
    if sdc is None:
        notes.append(SDC_UNKNOWN)
    return notes


def threshold_warning(threshold: float, sdc: Effect) -> str:
    """That a threshold lies under the smallest detectable change, or nothing.

    >>> threshold_warning(0.6, Effect("sdc", 0.5, 0.4, 0.7))
    ''
    """
    if abs(threshold) >= sdc.value:
        return ""
    return (
        f"The threshold {threshold_number(threshold)} lies under the smallest detectable change, "
        f"{number(sdc.value)} ({100 * sdc.level:g} % CI {number(sdc.ci_low)} to "
        f"{number(sdc.ci_high)}): who reaches it may not have changed at all."
    )


def threshold_words(planned: float, visit: str) -> str:
    """The threshold that a plan fixed.

    >>> threshold_words(0.2, "D56")
    'Threshold of the analysis plan: +0.20 at D56.'
    """
    return f"Threshold of the analysis plan: {planned:+.2f} at {visit}."


def response_name(threshold: float) -> str:
    """What a responder did.

    >>> response_name(0.2), response_name(-0.125)
    ('rose by at least 0.20', 'fell by at least 0.125')
    """
    return f"{'rose' if threshold > 0 else 'fell'} by at least {threshold_number(threshold)}"


def threshold_number(threshold: float) -> str:
    """A threshold without its sign, with all of its digits: who reaches it hangs on each."""
    short = number(abs(threshold))
    return short if float(short) == abs(threshold) else f"{abs(threshold):g}"


def share_table(shares: Sequence[Share]) -> pd.DataFrame:
    """One row an arm."""
    return pd.DataFrame(
        [
            {
                "Arm": share.arm,
                "Responders": share.n_responders,
                "Subjects": share.n,
                "Share (%)": 100 * share.share,
                "CI low (%)": 100 * share.ci_low,
                "CI high (%)": 100 * share.ci_high,
                "Missing": share.n_missing,
            }
            for share in shares
        ]
    )


def share_difference_table(contrasts: Sequence[Contrast]) -> pd.DataFrame:
    """One row a difference a − b, in percentage points."""
    return pd.DataFrame(
        [
            {
                "Difference": f"{one.a} − {one.b}",
                "Estimate (points)": 100 * one.difference,
                "CI low": 100 * one.ci_low,
                "CI high": 100 * one.ci_high,
                "p": write_p(one.p),
                "p adjusted": write_p(one.p_adjusted),
                "Test": NAMES[one.method],
            }
            for one in contrasts
        ]
    )


def change_table(changes: pd.DataFrame, found: Responders) -> pd.DataFrame:
    """One row a subject: subject_id, arm, change, responded (missing where the change is)."""
    way = 1 if found.threshold > 0 else -1
    reached = way * changes["change"] >= abs(found.threshold) - SLACK
    return changes.assign(responded=reached.astype("boolean").mask(changes["change"].isna()))


def _clearest(contrasts: Sequence[Contrast]) -> Contrast:
    """The one with the smallest p, of several the largest; a finding must not stay unsaid."""
    return min(contrasts, key=lambda one: (one.p_adjusted, -abs(one.difference)))


def _of(share: Share) -> str:
    return f"{share.n_responders} of {share.n} ({_percent(share.share)} %)"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _points(difference: float) -> str:
    return f"{100 * difference:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")


def _level(alpha: float) -> str:
    return f"{100 * (1 - alpha):g} % CI"
