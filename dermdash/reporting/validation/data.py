"""Published data whose answers are known: what an installation is validated on.

Small tables from the literature, as the statistics programs that they are known from print them.
"""

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

# NIST StRD, analysis of variance: resistance of silicon by five instruments
SIRSTV = {
    "1": [196.3052, 196.1240, 196.1890, 196.2569, 196.3403],
    "2": [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
    "3": [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
    "4": [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
    "5": [196.2119, 196.1051, 196.1850, 196.0052, 196.2090],
}
# Dobson 1983: dried weight of plants
PLANT_GROWTH = {
    "ctrl": [4.17, 5.58, 5.18, 6.11, 4.5, 4.61, 5.17, 4.53, 5.33, 5.14],
    "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    "trt2": [6.31, 5.12, 5.54, 5.5, 5.37, 5.29, 4.92, 6.15, 5.8, 5.26],
}
# Tippett 1950: breaks of yarn by tension, counts with ties
WARPBREAKS = {
    "L": [26, 30, 54, 25, 70, 52, 51, 26, 67, 27, 14, 29, 19, 29, 31, 41, 20, 44],
    "M": [18, 21, 29, 17, 12, 18, 35, 30, 36, 42, 26, 19, 16, 39, 28, 21, 39, 29],
    "H": [36, 21, 24, 18, 10, 43, 28, 15, 26, 20, 21, 24, 17, 13, 15, 15, 16, 28],
}
# Student 1908: hours of sleep gained by two drugs
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)
# the example of R's ezANOVA, its first level of A: eight subjects at two levels of B
EZ_ANOVA = [[7, 7], [3, 11], [6, 9], [6, 11], [5, 10], [8, 10], [6, 11], [7, 11]]
# Maxwell and Delaney 2004, table 11.5: twelve children at 30, 36, 42 and 48 months
CHILDREN = [
    [108, 96, 110, 122], [103, 117, 127, 133], [96, 107, 106, 107], [84, 85, 92, 99],
    [118, 125, 125, 116], [110, 107, 96, 91], [129, 128, 123, 128], [90, 84, 101, 113],
    [84, 104, 100, 88], [96, 100, 103, 105], [105, 114, 105, 112], [113, 117, 132, 130],
]  # fmt: skip
# Breugnot et al. 2023, 3.3: mean and SD of the whole dermis, twelve women a group
BREUGNOT = {"young": (2.77, 0.33), "old": (2.04, 0.36), "old photo-exposed": (1.68, 0.37)}
# Hand et al. 1994, set 285: weight before and after, in pounds
CONT = [
    (80.7, 80.2), (89.4, 80.1), (91.8, 86.4), (74, 86.3), (78.1, 76.1), (88.3, 78.1),
    (87.3, 75.1), (75.1, 86.7), (80.6, 73.5), (78.4, 84.6), (77.6, 77.4), (88.7, 79.5),
    (81.3, 89.6), (78.1, 81.4), (70.5, 81.8), (77.3, 77.3), (85.2, 84.2), (86, 75.4),
    (84.1, 79.5), (79.7, 73), (85.5, 88.3), (84.4, 84.7), (79.6, 81.4), (77.5, 81.2),
    (72.3, 88.2), (89, 78.8),
]  # fmt: skip
CBT = [
    (80.5, 82.2), (84.9, 85.6), (81.5, 81.4), (82.6, 81.9), (79.9, 76.4), (88.7, 103.6),
    (94.9, 98.4), (76.3, 93.4), (81, 73.4), (80.5, 82.1), (85, 96.7), (89.2, 95.3),
    (81.3, 82.4), (76.5, 72.5), (70, 90.9), (80.4, 71.3), (83.3, 85.4), (83, 81.6),
    (87.7, 89.1), (84.2, 83.9), (86.4, 82.7), (76.5, 75.7), (80.2, 82.6), (87.8, 100.4),
    (83.3, 85.2), (79.7, 83.6), (84.5, 84.6), (80.8, 96.2), (87.4, 86.7),
]  # fmt: skip
FT = [
    (83.8, 95.2), (83.3, 94.3), (86, 91.5), (82.5, 91.9), (86.7, 100.3), (79.6, 76.7),
    (76.9, 76.8), (94.2, 101.6), (73.4, 94.9), (80.5, 75.2), (81.6, 77.8), (82.1, 95.5),
    (77.6, 90.7), (83.5, 92.5), (89.9, 93.8), (86, 91.7), (87.3, 98),
]  # fmt: skip
ANOREXIA = {"Cont": CONT, "CBT": CBT, "FT": FT}
# Potthoff and Roy 1964: growth of 27 children, mm at the ages 8, 10, 12 and 14
ORTHODONT = {
    "F01": (21, 20, 21.5, 23), "F02": (21, 21.5, 24, 25.5), "F03": (20.5, 24, 24.5, 26),
    "F04": (23.5, 24.5, 25, 26.5), "F05": (21.5, 23, 22.5, 23.5), "F06": (20, 21, 21, 22.5),
    "F07": (21.5, 22.5, 23, 25), "F08": (23, 23, 23.5, 24), "F09": (20, 21, 22, 21.5),
    "F10": (16.5, 19, 19, 19.5), "F11": (24.5, 25, 28, 28), "M01": (26, 25, 29, 31),
    "M02": (21.5, 22.5, 23, 26.5), "M03": (23, 22.5, 24, 27.5), "M04": (25.5, 27.5, 26.5, 27),
    "M05": (20, 23.5, 22.5, 26), "M06": (24.5, 25.5, 27, 28.5), "M07": (22, 22, 24.5, 26.5),
    "M08": (24, 21.5, 24.5, 25.5), "M09": (23, 20.5, 31, 26), "M10": (27.5, 28, 31, 31.5),
    "M11": (23, 23, 23.5, 25), "M12": (21.5, 23.5, 24, 28), "M13": (17, 24.5, 26, 29.5),
    "M14": (22.5, 25.5, 25.5, 26), "M15": (23, 24.5, 26, 30), "M16": (22, 21.5, 23.5, 25),
}  # fmt: skip
LATER = ("10", "12", "14")
DELETED = frozenset(
    {
        *(("M01", "14"), ("M05", "14"), ("F03", "14"), ("M09", "12"), ("M09", "14")),
        *(("F07", "12"), ("F07", "14"), ("M13", "10"), ("F10", "10"), ("M16", "12")),
    }
)
# Shrout and Fleiss 1979, table 2: six targets, four judges
RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def arms(values: Mapping[str, Sequence[float]]) -> dict[str, NDArray[np.float64]]:
    """Arms as the tests of groups take them."""
    return {name: np.array(own, dtype=np.float64) for name, own in values.items()}


def breugnot() -> dict[str, NDArray[np.float64]]:
    """Three groups of exactly the published means and SDs, spaced like normal values."""
    z = np.array([NormalDist().inv_cdf((i + 0.5) / 12) for i in range(12)])
    z = (z - z.mean()) / z.std(ddof=1)
    return {name: mean + sd * z for name, (mean, sd) in BREUGNOT.items()}


def anorexia() -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Weight after, weight before and arm of 72 patients."""
    before, after = np.array([pair for pairs in ANOREXIA.values() for pair in pairs]).T
    return after, before, [arm for arm, pairs in ANOREXIA.items() for _ in pairs]


def orthodont(*, deleted: bool) -> tuple[NDArray[np.generic], ...]:
    """y, subject, arm, visit and baseline (age 8); with ten visits deleted or complete."""
    rows = [
        (np.nan if deleted and (who, age) in DELETED else value, who, who[0], age, start)
        for who, (start, *later) in ORTHODONT.items()
        for age, value in zip(LATER, later, strict=True)
    ]
    y, subject, arm, visit, baseline = zip(*rows, strict=True)
    return np.array(y), np.array(subject), np.array(arm), np.array(visit), np.array(baseline)
