"""Friedman's rank test: repeated measures without normal scores."""

import numpy as np
from numpy.typing import ArrayLike

from dermdash.errors import TableError
from dermdash.stats.findings import Test
from dermdash.stats.within import complete_table


def friedman(table: ArrayLike) -> Test:
    """Do the visits rank alike within subjects? Chi-squared with k − 1 degrees of freedom.

    table : (n_subjects, n_visits) complete, at least three visits

    Raises
    ------
    TableError
        The table is incomplete, has fewer than three visits, or holds only ties.

    Source: Friedman 1937, with the correction for ties; equals R's ``friedman.test``.

    >>> test = friedman([[1, 2, 3], [2, 1, 3], [1, 2, 3], [1, 3, 2]])
    >>> f"{test.statistic:.2f}, p = {test.p:.3f}"
    '4.50, p = 0.105'
    """
    from scipy import stats

    values = complete_table(table)
    if values.shape[1] < 3:
        raise TableError(f"{values.shape[1]} visits are ranked; Friedman's test needs three")
    if (values == values[:, :1]).all():
        raise TableError("every subject has the same value at all visits; nothing can be ranked")
    statistic, p = stats.friedmanchisquare(*values.T)
    return Test("friedman", float(statistic), (float(values.shape[1] - 1),), float(np.min([p, 1])))
