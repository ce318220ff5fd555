"""What missing scores could change, in words, table and figure."""

import numpy as np
import pytest

from dermdash.reporting.figures.data_tipping import tipping_curve_of
from dermdash.reporting.figures.screen.tipping import tipping_curve
from dermdash.reporting.levels import levels_table
from dermdash.reporting.missing import (
    tipping_sentence,
    tipping_table,
    without_baseline_sentence,
)
from dermdash.stats.levels import Level, Levels
from dermdash.stats.tipping import Tipping, delta_adjusted


def tipping(effect: float, *, deltas: tuple[float, ...] = (0, -0.5, -1.0, -1.5)) -> Tipping:
    rng = np.random.default_rng(3)
    baseline = rng.normal(2, 0.35, 24)
    later = 0.6 * baseline + rng.normal(0.8, 0.2, 24) + effect * (np.arange(24) < 12)
    later[[2, 7, 20]] = np.nan
    arm = ["active"] * 12 + ["placebo"] * 12
    return delta_adjusted(
        later, baseline, arm, deltas, a="active", b="placebo", seed=0, visit="D56"
    )


def words(found: Tipping) -> str:
    return tipping_sentence(found, shifted="active", outcome="expected grade")


def test_the_sentence_says_where_it_tips() -> None:
    """Lost: the curve would have to be read for the one number that matters."""
    found = tipping(0.3)
    assert found.tipping_delta == -1.0
    said = words(found)
    assert said.startswith(
        "With the missing D56 scores (2 of active, 1 of placebo) as expected of who was seen, "
        "active − placebo in expected grade is 0."
    )
    assert "it tips once the missing scores of active are 1.00 lower than expected" in said


def test_what_never_tips_and_what_is_not_settled() -> None:
    """Lost: a robust result and an open one would read alike."""
    assert "it stands even if the missing scores of active were 1.50 lower" in words(tipping(1.2))
    assert words(tipping(0.0)).endswith("nothing is settled that missing scores could undo.")


def test_table_and_figure_show_the_same_numbers() -> None:
    """Lost: the figure would tip elsewhere than the table."""
    found = tipping(0.3)
    table = tipping_table(found)
    curve = tipping_curve_of(found, shifted="active")
    assert curve.delta.tolist() == sorted(found.deltas)
    assert curve.difference.tolist() == table["difference"].tolist()[::-1]
    figure = tipping_curve(curve, score="expected_grade")
    assert list(figure.data[1].x) == curve.delta.tolist()
    assert list(figure.data[1].y) == curve.difference.tolist()
    assert figure.layout.annotations[0].text == "tips at −1.00"
    assert figure.layout.xaxis.title.text.startswith("delta added to the missing scores of active")
    assert "active − placebo at D56" in figure.layout.yaxis.title.text
    assert "2 and 1 imputed" in figure.layout.yaxis.title.text
    assert not tipping_curve(
        tipping_curve_of(tipping(1.2), shifted="active"), score="grade_mean"
    ).layout.annotations


@pytest.mark.parametrize(("n", "said"), [(0, ""), (1, "1 subject has"), (3, "3 subjects have")])
def test_who_cannot_be_imputed_is_counted(n: int, said: str) -> None:
    """Lost: subjects without a baseline would vanish."""
    assert without_baseline_sentence(n).startswith(said)


def test_levels_stand_in_a_table() -> None:
    """Lost: the counts could not be taken away."""
    arms = {"a": Level(2, 3, 210, 630), "b": Level(1, 1, 70, 210)}
    table = levels_table(Levels(Level(3, 4, 280, 840), arms))
    assert table["Arm"].tolist() == ["a", "b", "all together"]
    assert table["Patches"].tolist() == [630, 210, 840]
