"""Arms with known answers: published, unbalanced, tied, and the paper's made from its summaries."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Groups = dict[str, NDArray[np.float64]]


def arms(**values: list[float]) -> Groups:
    """Arms of these values."""
    return {name: np.array(own, dtype=np.float64) for name, own in values.items()}


def plant_growth() -> Groups:
    """R's PlantGrowth (Dobson 1983)."""
    return arms(
        ctrl=[4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53, 5.33, 5.14],
        trt1=[4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
        trt2=[6.31, 5.12, 5.54, 5.5, 5.37, 5.29, 4.92, 6.15, 5.8, 5.26],
    )


def warpbreaks() -> Groups:
    """R's warpbreaks by tension (Tippett 1950): counts with ties."""
    return arms(
        L=[26, 30, 54, 25, 70, 52, 51, 26, 67, 27, 14, 29, 19, 29, 31, 41, 20, 44],
        M=[18, 21, 29, 17, 12, 18, 35, 30, 36, 42, 26, 19, 16, 39, 28, 21, 39, 29],
        H=[36, 21, 24, 18, 10, 43, 28, 15, 26, 20, 21, 24, 17, 13, 15, 15, 16, 28],
    )


def ozone() -> Groups:
    """Ozone by month, complete days of R's airquality: 9 to 29 values, ties, unequal spreads."""
    return {
        "5": np.array(
            [
                41,
                36,
                12,
                18,
                23,
                19,
                8,
                16,
                11,
                14,
                18,
                14,
                34,
                6,
                30,
                11,
                1,
                11,
                4,
                32,
                23,
                45,
                115,
                37.0,
            ]
        ),
        "6": np.array([29, 71, 39, 23, 21, 37, 20, 12, 13.0]),
        "7": np.array(
            [
                135,
                49,
                32,
                64,
                40,
                77,
                97,
                97,
                85,
                10,
                27,
                7,
                48,
                35,
                61,
                79,
                63,
                16,
                80,
                108,
                20,
                52,
                82,
                50,
                64,
                59.0,
            ]
        ),
        "8": np.array(
            [
                39,
                9,
                16,
                122,
                89,
                110,
                44,
                28,
                65,
                22,
                59,
                23,
                31,
                44,
                21,
                9,
                45,
                168,
                73,
                76,
                118,
                84,
                85.0,
            ]
        ),
        "9": np.array(
            [
                96,
                78,
                73,
                91,
                47,
                32,
                20,
                23,
                21,
                24,
                44,
                21,
                28,
                9,
                13,
                46,
                18,
                13,
                24,
                16,
                13,
                23,
                36,
                7,
                14,
                30,
                14,
                18,
                20.0,
            ]
        ),
    }


def uneven() -> Groups:
    """Four arms of 3 to 7 with ties within and between."""
    return arms(
        a=[2.1, 3.3, 2.2, 4.0, 1.5],
        b=[3.1, 3.9, 5.0],
        c=[6.0, 5.5, 7.1, 4.4, 6.2, 3.3, 9.0],
        d=[2.2, 3.3, 3.3, 2.8],
    )


def breugnot() -> Groups:
    """Three groups of 12 with exactly the means and SDs of Breugnot 2023, 3.3."""
    return {
        "young": made(2.77, 0.33),
        "old": made(2.04, 0.36),
        "old photo-exposed": made(1.68, 0.37),
    }


def made(mean: float, sd: float, n: int = 12) -> NDArray[np.float64]:
    """(n,) values of exactly this mean and SD, spaced like normal ones."""
    z = np.array([NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)])
    return mean + sd * (z - z.mean()) / z.std(ddof=1)
