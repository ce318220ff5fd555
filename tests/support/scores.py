"""Tables of scores with known answers."""

import numpy as np
import pandas as pd


def with_moments(mean: float, sd: float, n: int, *, seed: int = 0) -> np.ndarray:
    """Values with exactly this mean and this SD."""
    z = np.random.default_rng(seed).normal(size=n)
    return mean + sd * (z - z.mean()) / z.std(ddof=1)


def paper() -> pd.DataFrame:
    """Three groups of twelve with the means and SDs of Breugnot 2023, 3.3."""
    groups = {"young": (2.77, 0.33), "old": (2.04, 0.36), "old exposed": (1.68, 0.37)}
    return pd.DataFrame(
        [
            {"subject_id": f"{arm} {n + 1}", "arm": arm, "score": value}
            for seed, (arm, (mean, sd)) in enumerate(groups.items())
            for n, value in enumerate(with_moments(mean, sd, 12, seed=seed))
        ]
    )


def trial(
    *,
    n: int = 12,
    effect: float = 0.4,
    visits: tuple[str, ...] = ("D0", "D28", "D56"),
    missing: int = 0,
    seed: int = 1,
) -> pd.DataFrame:
    """Two arms over visits; the active arm rises by ``effect`` at each later visit.

    missing : values left out, each of another subject, at the last visit
    """
    rng = np.random.default_rng(seed)
    rows = []
    for arm in ("placebo", "active"):
        for number in range(n):
            level = rng.normal(2.2, 0.35)
            for column, visit in enumerate(visits):
                rise = effect * (arm == "active") * (column > 0)
                score = level + rise + rng.normal(0, 0.2)
                rows.append(
                    {"subject_id": f"{arm[0]}{number}", "arm": arm, "visit": visit, "score": score}
                )
    table = pd.DataFrame(rows)
    last = table.index[table["visit"] == visits[-1]]
    return table.drop(index=last[:missing]).reset_index(drop=True)
