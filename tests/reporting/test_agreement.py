"""Agreement in words: a sentence that a reviewer can check, and none where there is too little."""

import numpy as np
import pandas as pd

from dermdash.reporting.agreement import agreement_table, read_agreement, title
from dermdash.stats.readers import Agreement, agreements


def pairs(n: int, *, a: str = "Ann", b: str = "Bob", shift: float = 2.0) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    depths = rng.normal(60, 10, n)
    seen = depths + shift + rng.normal(0, 1, n) * (shift != 0)
    return pd.DataFrame(
        {
            "reader_a": [a] * n,
            "reader_b": [b] * n,
            "a_um": seen,
            "b_um": depths,
            "distance_um": np.abs(seen - depths),
        }
    )


def only(table: pd.DataFrame) -> Agreement:
    (found,) = agreements(table)
    return found


def test_two_readers_are_compared_with_sign_unit_and_interval() -> None:
    """Lost: nobody could tell who is deeper, by how much, and how surely."""
    found = only(pairs(30))
    said = read_agreement(found)
    assert said.startswith("Ann − Bob: over 30 pairs the surfaces lie ")
    assert "the mean difference is 2." in said or "the mean difference is 1." in said
    assert "95 % of differences are expected between" in said
    assert "µm; ICC(2,1) 0.9" in said
    row = agreement_table([found]).iloc[0]
    assert row["Pairs"] == 30
    assert row["ICC"].endswith("ICC(2,1)")


def test_one_reader_twice_is_second_less_first() -> None:
    """Lost: a reader's repeats would be taken for two readers."""
    found = only(pairs(30, b="Ann"))
    assert found.is_repeat
    assert title(found) == "Ann, second − first look"
    assert "ICC(1,1)" in read_agreement(found)


def test_too_few_pairs_say_so_and_nothing_more() -> None:
    """Lost: two pairs would look like a study of agreement."""
    found = only(pairs(1))
    said = read_agreement(found)
    assert "over 1 pair the surfaces" in said
    assert "Nothing more is said: 1 pair is too few; agreement needs 5 or more." in said
    row = agreement_table([found]).iloc[0]
    assert (row["Difference (µm)"], row["ICC"]) == ("", "")


def test_equal_depths_have_limits_and_no_icc() -> None:
    """Lost: a constant would be a division by zero, or a perfect correlation."""
    table = pairs(6).assign(a_um=60.0, b_um=60.0, distance_um=0.0)
    said = read_agreement(only(table))
    assert "the mean difference is 0.0 (0.0 to 0.0) µm" in said
    assert "No ICC: all looks are 60; correlation needs things that differ." in said


def test_no_minus_zero() -> None:
    """Lost: −0.0 µm would look like a finding."""
    table = pairs(6)
    table["b_um"] = table["a_um"] + [0.01, -0.02, 0.02, 0.01, -0.01, 0.01]
    assert "the mean difference is 0.0 (0.0 to 0.0) µm" in read_agreement(only(table))


def test_repeats_come_before_pairs_of_readers() -> None:
    """Lost: the order would be that of the alphabet alone."""
    table = pd.concat([pairs(6), pairs(6, a="Zoe", b="Zoe"), pairs(6, a="Ann", b="Ann")])
    assert [(f.reader_a, f.reader_b) for f in agreements(table)] == [
        ("Ann", "Ann"),
        ("Zoe", "Zoe"),
        ("Ann", "Bob"),
    ]
    assert agreements(pairs(0)) == ()
