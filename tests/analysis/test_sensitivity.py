"""How a result moves with the DEJ."""

import json

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.comparisons import Scored, compare_subjects, score_cells
from dermdash.analysis.sensitivity import sensitivity_from_json, shift_dej
from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison

SCORE = "expected_grade"
ARMS = ("young", "old")


def profiles(*, slope: float, n: int = 8, depths: range = range(-10, 80)) -> pd.DataFrame:
    """Two arms whose scores differ by 0 at the DEJ and by ``slope`` more at each µm under it."""
    rng = np.random.default_rng(3)
    depth_um = np.array(depths)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "scan_id": place * 100 + number,
                    "study": "S",
                    "subject_id": f"{arm} {number}",
                    "arm": arm,
                    "visit": "D0",
                    "depth_um": depth_um,
                    SCORE: 2.0 + rng.normal(0, 0.2) + slope * depth_um * (arm == "young"),
                }
            )
            for place, arm in enumerate(ARMS)
            for number in range(n)
        ],
        ignore_index=True,
    )


def ask(scored: Scored) -> Comparison:
    return compare_subjects(scored.table, SCORE, ARMS)


def test_a_difference_that_grows_with_depth_grows_with_the_shift() -> None:
    """Lost: nobody would see that a result hangs on where the DEJ was marked."""
    layers = profiles(slope=0.01)
    found = ask(score_cells(layers, SCORE))
    moved = shift_dej(layers, SCORE, found, ask)
    table = moved.table().set_index("shift_um")
    assert table.index.tolist() == list(range(-10, 11))
    assert table.loc[0, "difference"] == pytest.approx(found.contrasts[0].difference)
    steps = table["difference"].diff().dropna()
    assert steps.tolist() == pytest.approx([0.01] * 20)
    assert (table["n_subjects"] == 16).all()


def test_a_finding_that_a_shift_of_5_um_undoes_is_fragile() -> None:
    """Lost: a claim would be built on a plane that a reader may mark 5 µm elsewhere."""
    base = profiles(slope=0.0)
    layers = base.copy()
    raised = (layers["arm"] == "young") & layers["depth_um"].between(66, 69)
    layers.loc[raised, SCORE] += 9.0
    found = ask(score_cells(layers, SCORE))
    moved = shift_dej(layers, SCORE, found, ask)
    others = {d.other for d in moved.found.fragile}
    p = moved.table().set_index("shift_um")["p_adjusted"]
    assert (p[0] < 0.05) != (p[-5] < 0.05)
    assert "the DEJ 5 µm higher" in others
    assert "the DEJ 5 µm higher" in moved.found.sentence


def test_short_margins_are_missing_and_counted() -> None:
    """Lost: a curve over fewer and fewer subjects would look like one."""
    layers = profiles(slope=0.01, depths=range(-3, 73))
    moved = shift_dej(layers, SCORE, ask(score_cells(layers, SCORE)), ask)
    table = moved.table().set_index("shift_um")
    assert table["difference"].notna().sum() == 7
    assert table.loc[10, "n_subjects"] == 0


def test_shifts_come_back_as_they_were_kept() -> None:
    """Lost: after a restart the page would show other numbers than before it."""
    layers = profiles(slope=0.01, depths=range(-3, 73))
    moved = shift_dej(layers, SCORE, ask(score_cells(layers, SCORE)), ask)
    assert any(shift.contrast is None for shift in moved.shifts)
    kept = json.loads(json.dumps(moved.to_json(), allow_nan=False))
    again = sensitivity_from_json(kept)
    assert again == moved
    assert again.found.sentence == moved.found.sentence


@pytest.mark.parametrize("spoiled", ["found", "shifts"])
def test_shifts_of_another_version_are_refused(spoiled: str) -> None:
    """Lost: an update of the program would leave pages broken by older results."""
    layers = profiles(slope=0.01)
    kept = shift_dej(layers, SCORE, ask(score_cells(layers, SCORE)), ask).to_json()
    for wrong in ([{"of": "old"}], None):
        with pytest.raises(TableError, match="cannot be read"):
            sensitivity_from_json({**kept, spoiled: wrong})
