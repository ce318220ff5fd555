"""What rearranged subjects give by chance: the largest statistics along depth."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.curves import Curve, Floats, deviance, largest_mass
from dermdash.stats.permutation import Reference

FORMING_P = 0.05  # a cluster is a run of depths whose uncorrected p lies below


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """References for contrasts and, over three or more arms, for F; statistics are chi².

    values, residuals : the largest chi² of rearranged values, and of their residuals
    mass, f_mass : the largest cluster's
    """

    values: Reference
    residuals: Reference
    mass: Reference
    f: Reference | None
    f_mass: Reference | None

    def p(self, chi2: Floats) -> Floats:
        """Adjusted p of contrasts, of any shape: by the stricter of the two references."""
        return np.maximum(self.values.p(chi2), self.residuals.p(chi2))

    def critical(self, alpha: float) -> float:
        """The chi² beyond which p < alpha."""
        return max(self.values.critical(alpha), self.residuals.critical(alpha))


def draw(
    curves: Iterable[tuple[Curve, tuple[Floats, Floats] | None]],
    joined: NDArray[np.bool_],
    *,
    n_arms: int,
    exact: bool,
) -> Chance:
    """Collect the largest statistics of chunks of arrangements: curves of t, and F with its df2."""
    largest, mass, f_largest, f_mass = [], [], [], []
    for curve, f in curves:
        contrast_chi2 = curve.chi2()
        largest.append(contrast_chi2.max(axis=(0, 2)))
        mass.append(_mass(contrast_chi2, curve.t, joined))
        if f is not None:
            chi2 = deviance(f[0], n_arms - 1, f[1])
            f_largest.append(chi2.max(axis=0))
            f_mass.append(largest_mass(chi2, forming_chi2(n_arms - 1), joined))
    values, residuals = np.hstack(largest)

    def reference(maxima: Floats) -> Reference:
        return Reference(np.sort(maxima), exact)

    return Chance(
        values=reference(values),
        residuals=reference(residuals),
        mass=reference(np.concatenate(mass)),
        f=reference(np.concatenate(f_largest)) if f_largest else None,
        f_mass=reference(np.concatenate(f_mass)) if f_mass else None,
    )


def forming_deviate() -> float:
    """The normal deviate of the two-sided p that forms clusters: 1.96."""
    return float(np.sqrt(forming_chi2(1)))


def forming_chi2(df: int) -> float:
    """The chi² of the p that forms clusters."""
    from scipy.special import chdtri

    return float(chdtri(df, FORMING_P))


def _mass(chi2: Floats, t: Floats, joined: NDArray[np.bool_]) -> Floats:
    """The largest cluster of either sign, of any pair: (m,).

    One pair takes the values, whose reference is exact. Several take the residuals: where one arm
    lies far from the others, clusters of the values span all depths, and would hide those of the
    other pairs.
    """
    sample = 0 if t.shape[0] == 1 else 1
    deviates = np.copysign(np.sqrt(chi2[:, sample]), t[:, sample])
    threshold = forming_deviate()
    either = [largest_mass(side, threshold, joined) for side in (deviates, -deviates)]
    return np.asarray(np.maximum(*either).max(axis=0), dtype=np.float64)
