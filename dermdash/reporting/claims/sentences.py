"""Claims as sentences: the estimate against the control, how sure it is, and what disagrees."""

from collections.abc import Sequence

from dermdash.reporting.claims.findings import Reading
from dermdash.reporting.responders import threshold_number
from dermdash.stats.findings import Contrast
from dermdash.stats.responders import Responders, Share
from dermdash.stats.shares import share_interval
from dermdash.stats.words import NAMES, equals_p, number

SCALE = "on the scale from 1 to 4"
HOW = {
    "ancova": "ANCOVA with the baseline",
    "mmrm": "mixed model (MMRM) with the baseline",
    "paired_t_test": "paired t test of the sides' changes",
}


def change_sentence(one: Contrast, *, score: str, alpha: float, baseline: str) -> str:
    """The mean change against the control.

    >>> one = Contrast("serum", "placebo", .31, .12, .5, .002, .002, "ancova", 3.3, visit="D28")
    >>> print(change_sentence(one, score="expected grade", alpha=0.05, baseline="D0"))
    From D0 to D28, the mean change in expected grade under serum was +0.31 points against \
placebo on the scale from 1 to 4 (95 % CI 0.12 to 0.50; ANCOVA with the baseline, p = .002).
    """
    return (
        f"From {baseline} to {one.visit}, the mean change in {score} under {one.a} was "
        f"{signed(one.difference)} points against {one.b} {SCALE} ({level(alpha)} "
        f"{number(one.ci_low)} to {number(one.ci_high)}; {HOW.get(one.method, NAMES[one.method])}, "
        f"{equals_p(one.p_adjusted)}{_adjusted(one)})."
    )


def share_sentence(
    found: Responders,
    one: Contrast,
    *,
    p: float,
    score: str,
    alpha: float,
    baseline: str,
    visit: str,
) -> str:
    """Who improved by at least the threshold, against the control.

    found : responders at the visit; one : their difference of interest; p : adjusted
    """
    shares = {share.arm: share for share in found.shares}
    improved = "improved" if found.threshold > 0 else "improved, that is fell,"
    points = (
        f"{signed_points(one.difference)} percentage points ({level(alpha)} "
        f"{whole(one.ci_low)} to {whole(one.ci_high)}; {NAMES[one.method]}, {equals_p(p)})"
    )
    return (
        f"From {baseline} to {visit}, {_of(shares[one.a], alpha)} {improved} by at least "
        f"{threshold_number(found.threshold)} points in {score} under {one.a}, against "
        f"{_of(shares[one.b], alpha)} under {one.b}: a difference in shares of {points}."
    )


def with_doubts(sentence: str, readings: Sequence[Reading], *, synthetic: bool) -> str:
    """The sentence with its mark, what disagrees with it and what is not known, to be copied so."""
    parts = [f"SYNTHETIC, not skin: {sentence}" if synthetic else sentence]
    against = [f"{one.name} ({one.said})" for one in readings if one.verdict == "disagrees"]
    unknown = [f"{one.name} ({one.said})" for one in readings if one.verdict == "not known"]
    if against:
        parts.append(f"Fragile: it does not hold {'; '.join(against)}.")
    if unknown:
        parts.append(f"Not known: {'; '.join(unknown)}.")
    return " ".join(parts)


def level(alpha: float) -> str:
    """
    >>> level(0.05)
    '95 % CI'
    """
    return f"{100 * (1 - alpha):g} % CI"


def signed(difference: float) -> str:
    """
    >>> signed(0.31), signed(-0.31)
    ('+0.31', '−0.31')
    """
    return f"{'+' if difference > 0 else ''}{number(difference)}"


def signed_points(share: float) -> str:
    """
    >>> signed_points(0.583), signed_points(-0.25)
    ('+58', '−25')
    """
    return f"{'+' if share > 0 else ''}{whole(share)}"


def whole(share: float) -> str:
    """A share in percentage points, without a sign that says nothing.

    >>> whole(0.2), whole(-0.001), whole(-0.12)
    ('20', '0', '−12')
    """
    return f"{round(100 * share):d}".replace("-", "−")


def _of(share: Share, alpha: float) -> str:
    low, high = share_interval(share.n_responders, share.n, method="clopper_pearson", alpha=alpha)
    return (
        f"{share.n_responders} of {share.n} subjects ({100 * share.share:.0f} %, exact "
        f"{level(alpha)} {100 * low:.0f} to {100 * high:.0f} %)"
    )


def _adjusted(one: Contrast) -> str:
    return "" if one.p == one.p_adjusted else " adjusted for the order of the tests"
