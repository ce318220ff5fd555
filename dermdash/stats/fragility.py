"""Which findings hang on the choice of a test: a valid alternative falls on the other side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dermdash.stats.findings import Alternative, Contrast, Test


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A finding that an alternative does not share.

    a, b, visit : of the contrast; empty for the omnibus test
    test, p : what was reported; other, other_p : what falls on the other side of alpha
    """

    a: str
    b: str
    visit: str
    test: str
    p: float
    other: str
    other_p: float


def disagreements(
    omnibus: Test,
    contrasts: Sequence[Contrast],
    alternatives: Iterable[Alternative],
    *,
    alpha: float,
    label: str = "",
) -> tuple[Disagreement, ...]:
    """All findings on which an alternative disagrees about alpha.

    alternatives : with their p-values adjusted as the contrasts' own
    label : names the other way where it is another reading of the data, not another test
    """
    found = []
    for alternative in alternatives:
        p, whole = decisive(omnibus), decisive(alternative.test)
        if alternative.omnibus and (p < alpha) != (whole < alpha):
            found.append(
                Disagreement("", "", "", omnibus.test, p, label or alternative.test.test, whole)
            )
        theirs = {(c.a, c.b, c.visit): c for c in alternative.contrasts}
        for ours in contrasts:
            their = theirs.get((ours.a, ours.b, ours.visit))
            if their is None:
                continue
            if (ours.p_adjusted < alpha) != (their.p_adjusted < alpha):
                found.append(
                    Disagreement(
                        ours.a,
                        ours.b,
                        ours.visit or "",
                        ours.method,
                        ours.p_adjusted,
                        label or their.method,
                        their.p_adjusted,
                    )
                )
    return tuple(found)


def decisive(test: Test) -> float:
    """The p that a test is read by: Greenhouse and Geisser's where there is one."""
    return test.p if test.p_gg is None else test.p_gg
