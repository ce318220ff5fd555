"""Arms whose standard deviations differ so much that pooled tests mislead."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dermdash.stats.words import number

SD_RATIO = (
    2.0  # at 12 a group, equal SDs differ so much by chance in fewer than one study of thirty
)
UNEVEN = 1.5  # of SDs and of sizes, together


def uneven_spread(groups: Mapping[str, NDArray[np.float64]], read: str) -> str:
    """What to read first where SDs differ much, alone or together with sizes; else nothing.

    groups : at least two values each; read : the tests that do not mind

    With SDs 1 and 2 and 16 against 8 subjects, ANOVA, ANCOVA and the mixed model find something in
    11 to 18 % of studies without a difference.

    >>> uneven_spread({"a": np.array([1.0, 2, 3]), "b": np.array([1.0, 9, 17])}, "Welch's test")
    "Standard deviations differ (b 8.00, a 1.00): read Welch's test."
    """
    sds = {arm: float(values.std(ddof=1)) for arm, values in groups.items()}
    sizes = [values.size for values in groups.values()]
    low, high = min(sds, key=lambda arm: sds[arm]), max(sds, key=lambda arm: sds[arm])
    ratio = np.inf if sds[low] == 0 else sds[high] / sds[low]
    uneven = ratio >= UNEVEN and max(sizes) / min(sizes) >= UNEVEN
    if ratio < SD_RATIO and not uneven:
        return ""
    counted = f", with {min(sizes)} to {max(sizes)} subjects an arm" if uneven else ""
    told = f"{high} {number(sds[high])}, {low} {number(sds[low])}{counted}"
    return f"Standard deviations differ ({told}): read {read}."
