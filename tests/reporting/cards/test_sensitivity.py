"""The card of sensitivity: the DEJ moved, missing scores made worse, excluded scans back."""

import numpy as np

from dermdash.reporting.cards.sensitivity import POOLED, Sensitivity
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.scans import scan_table
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import CHANGES, GROUPS, answer, figure, said, table
from tests.support.studies import ADA


def test_even_skin_does_not_move_with_the_dej(known: Known) -> None:
    """Lost: the curve would be of another difference, or shifted the wrong way."""
    content = known.card(Sensitivity((known.trial,), CHANGES))
    curve = figure(content, "sensitivity_curve")
    assert curve.data["shift_um"].tolist() == list(range(-10, 11))
    assert np.ptp(curve.data["difference"]) < 1e-6
    assert "10 µm higher to 10 µm deeper" in content.message
    assert "at all of 21 shifts" in content.message
    assert curve.chart is not None
    assert "Sensitivity to missing scores is not asked: no D28 score" in said(content)
    assert "No scan is excluded." in said(content)


def test_missing_scores_and_excluded_scans_are_asked_of(copied: Known) -> None:
    """Lost: what a withdrawal could change would stay unsaid."""
    with copied.store.write(by=ADA) as tx:
        scans = scan_table(tx, copied.trial)
        at = (scans["visit"] == "D28") & (scans["subject_id"] == "A1")
        exclude_scan(tx, int(scans.loc[at, "scan_id"].iloc[0]), "moved")
    content = answer(copied.store, Sensitivity((copied.trial,), CHANGES))
    curve = figure(content, "tipping_curve").arguments["curve"]
    assert (curve.shifted, curve.n_imputed) == ("active", (1, 0))
    assert "it tips once the missing scores of active are" in said(content)
    others = table(content, "The same question of other scores")
    assert [row[0] for row in others.rows] == [
        "as compared",
        "with 1 excluded scan back (10 subjects, 20 scans)",
    ]
    groups = answer(copied.store, Sensitivity((copied.trial,), GROUPS))
    assert "tipping" not in said(groups)
    assert "With 1 excluded scan back (10 subjects, 10 scans)" in said(groups)


def test_pooled_studies_are_each_asked_alone(known: Known) -> None:
    content = known.card(Sensitivity((known.cohorts, known.second), AT_D0))
    assert POOLED in said(content)
