"""What a comparison leaves unexplained, value by value: to look at, never as a gate."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.ancova import ancova
from dermdash.stats.blocks import two_way
from dermdash.stats.observations import Observations, observe
from dermdash.stats.plan import Plan
from dermdash.stats.visits import residuals as left_of_visits


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Residuals of the model behind a comparison; each (n,).

    subject, group : whose; ``group`` is an arm, a visit or a pair of them
    fitted : what the model gives; of paired differences, the mean of the pair
    residual : what it leaves, in the unit of the values
    what, against : the two in words
    """

    subject: tuple[str, ...]
    group: tuple[str, ...]
    fitted: NDArray[np.float64]
    residual: NDArray[np.float64]
    what: str
    against: str

    def groups(self, order: Iterable[str] = ()) -> list[str]:
        """The groups, those of ``order`` first.

        >>> none = np.zeros(2)
        >>> Residuals(("1", "2"), ("a", "b"), none, none, "", "").groups(["c", "b"])
        ['b', 'a']
        """
        own = dict.fromkeys(self.group)
        return list(dict.fromkeys([name for name in order if name in own] + list(own)))

    def table(self) -> pd.DataFrame:
        """One row a value: subject, group, fitted, residual."""
        return pd.DataFrame(
            {
                "subject": self.subject,
                "group": self.group,
                "fitted": self.fitted,
                "residual": self.residual,
            }
        )


def residuals(table: pd.DataFrame, plan: Plan, design: str) -> Residuals:
    """The residuals that the checks of ``compare`` are about.

    table, plan : as ``compare`` took them; design : as it recognised it

    Of arms: the distance from the arm's mean (of several blocks: from what arm and block give). Of
    arms over visits: what ANCOVA leaves at the last visit. Of three visits and more: what subject
    and visit leave. Of two visits, two sides, or sides over visits: the paired difference less its
    mean.

    Raises
    ------
    TableError
        Too little to fit.

    >>> scores = pd.DataFrame({"arm": list("aabb"), "score": [1.0, 2.0, 4.0, 6.0]})
    >>> residuals(scores, Plan("score", between="arm"), "arms").residual.tolist()
    [-0.5, 0.5, -1.0, 1.0]
    """
    observations = observe(table, plan)
    if design == "arms":
        pooled = observations.table["block"].nunique() > 1
        return _of_blocks(observations, plan) if pooled else _of_arms(observations)
    if design == "arms x visits":
        return _of_changes(observations, plan)
    if design == "sides x visits":
        return _of_side_changes(observations)
    return _within(observations, "visit" if design == "visits" else "arm")


def _of_arms(observations: Observations) -> Residuals:
    rows = observations.table
    fitted = rows.groupby("arm")["value"].transform("mean").to_numpy(float)
    return Residuals(
        tuple(rows["subject"]),
        tuple(rows["arm"]),
        fitted,
        rows["value"].to_numpy(float) - fitted,
        "value − mean of its arm",
        "mean of the arm",
    )


def _of_blocks(observations: Observations, plan: Plan) -> Residuals:
    rows = observations.table
    fit = two_way(rows["value"], list(rows["arm"]), list(rows["block"]))
    noun = (plan.block or "block").replace("_", " ")
    return Residuals(
        tuple(rows["subject"]),
        tuple(rows["arm"]),
        rows["value"].to_numpy(float) - fit.residuals,
        fit.residuals,
        f"value − what arm and {noun} give",
        f"fitted by arm and {noun}",
    )


def _of_changes(observations: Observations, plan: Plan) -> Residuals:
    first, last = observations.visits[0], observations.visits[-1]
    wide = observations.wide("visit")[[first, last]].dropna()
    arms = [str(arm) for arm in wide.index.get_level_values("arm")]
    later = wide[last].to_numpy(float)
    fit = ancova(later, wide[first].to_numpy(float), arms, visit=last, alpha=plan.alpha)
    return Residuals(
        tuple(str(name) for name in wide.index.get_level_values("subject")),
        tuple(arms),
        later - fit.residuals,
        fit.residuals,
        f"value at {last} − fitted by ANCOVA",
        f"fitted value at {last}",
    )


def _of_side_changes(observations: Observations) -> Residuals:
    first, last = observations.visits[0], observations.visits[-1]
    wide = observations.table.pivot(index="subject", columns=["arm", "visit"], values="value")
    changes = pd.DataFrame(
        {side: wide[(side, last)] - wide[(side, first)] for side in observations.arms[:2]}
    ).dropna()
    return _of_pairs(changes, f"by {last}")


def _within(observations: Observations, columns: str) -> Residuals:
    index = observations.table["arm" if columns == "visit" else "visit"]
    if index.nunique() > 1:
        raise TableError(
            f"the table has {index.nunique()} {'arms' if columns == 'visit' else 'visits'} beside "
            "what is compared; residuals within subjects need one"
        )
    wide = observations.wide(columns).dropna()
    if columns == "visit":
        wide = wide.droplevel("arm")
    if wide.shape[1] == 2:
        return _of_pairs(wide[wide.columns[::-1]] if columns == "visit" else wide, "")
    left = left_of_visits(wide.to_numpy(float))
    n_columns = wide.shape[1]
    return Residuals(
        tuple(str(name) for name in np.repeat(wide.index.to_numpy(), n_columns)),
        tuple(str(name) for name in np.tile(wide.columns.to_numpy(), len(wide))),
        (wide.to_numpy(float) - left).ravel(),
        left.ravel(),
        "value − what subject and " + ("visit" if columns == "visit" else "side") + " give",
        "fitted value",
    )


def _of_pairs(pair: pd.DataFrame, where: str) -> Residuals:
    """Differences of the first column minus the second, against the mean of both."""
    a, b = (str(name) for name in pair.columns)
    values = pair.to_numpy(float)
    difference = values[:, 0] - values[:, 1]
    named = f"{a} − {b} {where}".strip()
    return Residuals(
        tuple(str(name) for name in pair.index),
        (named,) * len(pair),
        values.mean(axis=1),
        difference - difference.mean(),
        f"{named}, less its mean",
        f"mean of {a} and {b}",
    )
