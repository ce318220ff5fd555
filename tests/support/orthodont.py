"""Growth of 27 children, with R's answers known: complete, or with ten visits deleted."""

import numpy as np

# Potthoff & Roy 1964, Biometrika 51:313: mm at the ages 8, 10, 12 and 14; nlme's Orthodont.
ORTHODONT = {
    "F01": (21, 20, 21.5, 23),
    "F02": (21, 21.5, 24, 25.5),
    "F03": (20.5, 24, 24.5, 26),
    "F04": (23.5, 24.5, 25, 26.5),
    "F05": (21.5, 23, 22.5, 23.5),
    "F06": (20, 21, 21, 22.5),
    "F07": (21.5, 22.5, 23, 25),
    "F08": (23, 23, 23.5, 24),
    "F09": (20, 21, 22, 21.5),
    "F10": (16.5, 19, 19, 19.5),
    "F11": (24.5, 25, 28, 28),
    "M01": (26, 25, 29, 31),
    "M02": (21.5, 22.5, 23, 26.5),
    "M03": (23, 22.5, 24, 27.5),
    "M04": (25.5, 27.5, 26.5, 27),
    "M05": (20, 23.5, 22.5, 26),
    "M06": (24.5, 25.5, 27, 28.5),
    "M07": (22, 22, 24.5, 26.5),
    "M08": (24, 21.5, 24.5, 25.5),
    "M09": (23, 20.5, 31, 26),
    "M10": (27.5, 28, 31, 31.5),
    "M11": (23, 23, 23.5, 25),
    "M12": (21.5, 23.5, 24, 28),
    "M13": (17, 24.5, 26, 29.5),
    "M14": (22.5, 25.5, 25.5, 26),
    "M15": (23, 24.5, 26, 30),
    "M16": (22, 21.5, 23.5, 25),
}
LATER = ("10", "12", "14")
DELETED = {
    *(("M01", "14"), ("M05", "14"), ("F03", "14"), ("M09", "12"), ("M09", "14"), ("F07", "12")),
    *(("F07", "14"), ("M13", "10"), ("F10", "10"), ("M16", "12")),
}


def orthodont(*, deleted: bool, three_arms: bool = False) -> tuple[np.ndarray, ...]:
    """y, subject, arm, visit and baseline (age 8), later ages in rows."""
    rows = [
        (
            np.nan if deleted and (who, age) in DELETED else value,
            who,
            who[0] if who[0] == "F" or not three_arms else ("M1" if who <= "M08" else "M2"),
            age,
            start,
        )
        for who, (start, *later) in ORTHODONT.items()
        for age, value in zip(LATER, later, strict=True)
    ]
    y, subject, arm, visit, baseline = zip(*rows, strict=True)
    return np.array(y), np.array(subject), np.array(arm), np.array(visit), np.array(baseline)
