"""Scores of several studies."""

import pandas as pd

# Three studies, unbalanced, in thousandths: s1 and s3 lack an arm each.
SCORES = pd.DataFrame(
    [
        {
            "study": study,
            "subject_id": f"{study} {arm} {n}",
            "arm": arm,
            "score": value / 1000,
        }
        for study, arm, values in (
            ("s1", "pl", (2612, 1233, 2125, 1830, 1864, 1935, 1394, 1930)),
            ("s1", "A", (2040, 3297, 2368, 2194, 2216, 2100, 1983)),
            ("s2", "pl", (2383, 2645, 2428, 2787, 2440)),
            ("s2", "B", (3107, 3564, 3264, 2948, 3045, 3262, 3681, 3019, 3027)),
            ("s2", "A", (3101, 2534, 2712, 3065)),
            ("s3", "pl", (1874, 1727, 1901, 852, 2006, 1412)),
            ("s3", "B", (1799, 2383, 2510, 2167, 1977, 2308)),
        )
        for n, value in enumerate(values)
    ]
)
