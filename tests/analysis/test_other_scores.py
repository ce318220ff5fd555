"""The same question asked of common depths, and with excluded scans back."""

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.comparisons import Scored, compare_subjects, score_cells
from dermdash.analysis.other_scores import ask_of_others, common_depths
from dermdash.stats.comparison import Comparison
from tests.support.trials import SCORE, profiles_of

ARMS = ("young", "old")


def cohorts(*, short: dict[int, range] | None = None, n: int = 6, gap: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    scans = [
        (f"{arm}{number}", arm, "D0", 2 + gap * (arm == "young") + rng.normal(0, 0.2))
        for arm in ARMS
        for number in range(n)
    ]
    return profiles_of(scans, depths=short)


def ask(scored: Scored) -> Comparison:
    return compare_subjects(scored.table, SCORE, ARMS)


def test_the_common_depths_let_everybody_in() -> None:
    """Lost: subjects with short slabs would never be heard, not even beside the result."""
    layers = cohorts(short={0: range(-10, 55), 7: range(-3, 62)})
    assert common_depths(layers) == (0, 54)
    assert len(score_cells(layers, SCORE).table) == 10
    others = ask_of_others(layers, layers, SCORE, ask)
    (one,) = others.sensitivity
    assert one.label == "over 0 to 54 µm, common to all scans (12 subjects, 12 scans)"
    assert one.contrasts[0].difference == pytest.approx(1, abs=0.3)
    assert others.notes == ("No scan is excluded.",)


def test_a_score_over_common_depths_is_of_those_depths() -> None:
    """Lost: "over 0 to 54 µm" would be said of other layers."""
    layers = cohorts(short={0: range(-10, 55)})
    deep = (layers["depth_um"] > 54) & (layers["arm"] == "young")
    layers.loc[deep, SCORE] = 4.0
    (one,) = ask_of_others(layers, layers, SCORE, ask).sensitivity
    known = ask(score_cells(layers, SCORE, depth_um=(0, 54)))
    assert one.contrasts == known.contrasts
    assert one.contrasts[0].difference < ask(score_cells(layers, SCORE)).contrasts[0].difference


def test_whole_slabs_need_no_second_look() -> None:
    """Lost: the same result would stand twice as if it were two."""
    layers = cohorts()
    others = ask_of_others(layers, layers, SCORE, ask)
    assert others.sensitivity == ()
    assert others.notes[0].startswith("All scans cover 0 to 69 µm")


@pytest.mark.parametrize(
    ("short", "n"), [({0: range(12), 1: range(70)}, 12), ({0: range(40), 1: range(50, 70)}, 0)]
)
def test_too_few_common_layers_are_refused(short: dict[int, range], n: int) -> None:
    """Lost: a dozen layers would be called the dermis."""
    layers = cohorts(short=short)
    note = ask_of_others(layers, layers, SCORE, ask).notes[0]
    assert note.startswith(f"The scans have {n} layers in common")


def test_excluded_scans_come_back_beside_the_result() -> None:
    """Lost: nobody could see that two exclusions made the result."""
    every = cohorts(n=6)
    outside = every["scan_id"].isin([0, 6])
    every.loc[outside, SCORE] = 0.5
    kept = every[~outside]
    others = ask_of_others(kept, every, SCORE, ask, n_excluded=2)
    (one,) = others.sensitivity
    assert one.label == "with 2 excluded scans back (12 subjects, 12 scans)"
    assert one.contrasts == ask(score_cells(every, SCORE)).contrasts


def test_excluded_scans_that_cannot_count_are_named() -> None:
    """Lost: "nothing is excluded" would be said of a study with exclusions."""
    layers = cohorts()
    notes = [ask_of_others(layers, layers, SCORE, ask, n_excluded=n).notes[1] for n in (1, 2)]
    assert notes[0].startswith("The excluded scan is not graded over 0 to 69 µm, so what it would")
    assert notes[0].endswith("include it again to have that graded.")
    assert notes[1].startswith("None of the 2 excluded scans is graded over 0 to 69 µm")
    every = cohorts(short={0: range(50)})
    kept = every[every["scan_id"] != 0]
    note = ask_of_others(kept, every, SCORE, ask, n_excluded=1).notes[1]
    assert note.endswith("so what it would change is not known.")


def test_only_excluded_scans_that_count_are_said_to_be_back() -> None:
    """Lost: "with 3 excluded scans back" would be said of a result that two of them are in."""
    every = cohorts(short={1: range(50)})
    kept = every[~every["scan_id"].isin([0, 1, 6])]
    (one,) = ask_of_others(kept, every, SCORE, ask, n_excluded=3).sensitivity
    assert one.label == "with 2 of 3 excluded scans back (11 subjects, 11 scans)"


def test_what_cannot_be_compared_is_said() -> None:
    """Lost: a page would break over a sensitivity."""
    layers = cohorts(short={0: range(50)})
    alone = layers[layers["arm"] == "young"]
    others = ask_of_others(alone, alone, SCORE, ask)
    assert others.sensitivity == ()
    assert "it cannot be told: " in others.notes[0]


def test_no_scans_share_no_depths() -> None:
    """Lost: an empty study would break the page."""
    assert common_depths(cohorts()[:0]) is None
