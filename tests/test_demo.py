"""The demo studies are what they say they are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dermdash import demo
from dermdash.cli import main
from dermdash.demo import PHOTO_AGEING, enqueue_demo, firming_serum, photo_ageing
from dermdash.errors import DesignError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.phantom import make_phantom, phantom
from dermdash.imaging.volume import Volume
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.jobs import cancel, job_table
from dermdash.trial.scans import scan_table
from dermdash.trial.studies import create_study, get_study, list_studies
from dermdash.trial.subjects import subject_table


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home")) as opened:
        yield opened


def qualities(study: demo.DemoStudy) -> pd.DataFrame:
    """One row a scan: where it belongs and its true quality by depth."""
    return pd.DataFrame(
        {
            "subject_id": [scan.subject_id for scan in study.scans],
            "arm": [scan.arm for scan in study.scans],
            "visit": [scan.visit for scan in study.scans],
            "mean": [np.mean(scan.recipe.quality) for scan in study.scans],
            "upper": [np.mean(scan.recipe.quality[:20]) for scan in study.scans],
            "lower": [np.mean(scan.recipe.quality[40:]) for scan in study.scans],
        }
    )


def test_photo_ageing_has_the_papers_groups() -> None:
    """The demo would not show what the published study found."""
    study = photo_ageing()
    ages = pd.DataFrame(study.subjects).groupby("arm")["age"].agg(["min", "max", "size"])
    means = qualities(study).groupby("arm")["mean"].agg(["mean", "std"])
    published = {
        "young": (22, 32, 2.77, 0.33),
        "old, not photo-exposed": (62, 70, 2.04, 0.36),
        "old, photo-exposed": (62, 71, 1.68, 0.37),
    }
    assert [arm.name for arm in study.arms] == list(published)
    for arm, (youngest, oldest, mean, sd) in published.items():
        assert youngest <= ages.loc[arm, "min"] <= ages.loc[arm, "max"] <= oldest
        assert ages.loc[arm, "size"] == 12
        assert means.loc[arm, "mean"] == pytest.approx(mean, abs=0.05)
        assert means.loc[arm, "std"] == pytest.approx(sd, abs=0.05)


def test_the_serum_acts_in_the_upper_dermis_of_the_active_arm_only() -> None:
    """A demo with an effect everywhere could not show what reading along depth is for."""
    table = qualities(firming_serum()).set_index(["subject_id", "visit"])
    change = table[["upper", "lower"]] - table.xs("D0", level="visit")[["upper", "lower"]]
    change["arm"] = table["arm"]
    means = change.groupby(["arm", "visit"])[["upper", "lower"]].mean()
    assert means.loc[("active", "D28"), "upper"] == pytest.approx(0.3, abs=0.15)
    assert means.loc[("active", "D56"), "upper"] == pytest.approx(0.6, abs=0.15)
    for arm, visit in (("placebo", "D28"), ("placebo", "D56")):
        assert abs(means.loc[(arm, visit), "upper"]) < 0.15
    assert means["lower"].abs().max() < 0.15


def test_the_serum_has_what_trials_have() -> None:
    """Withdrawals, gaps and exclusions would never be seen before a real trial has them."""
    study = firming_serum()
    arms = Counter(subject.arm for subject in study.subjects)
    withdrawn = [subject for subject in study.subjects if subject.withdrawn]
    excluded = [scan for scan in study.scans if scan.exclude_reason]
    repeats = qualities(study).query("arm == 'placebo'").groupby("subject_id")["mean"].std()
    assert arms == {"placebo": 12, "active": 12}
    assert [(visit.name, visit.day, visit.is_baseline) for visit in study.visits] == [
        ("D0", 0, True),
        ("D28", 28, False),
        ("D56", 56, False),
    ]
    assert sorted(subject.visits for subject in withdrawn) == [("D0",), ("D0", "D28")]
    assert {subject.arm for subject in withdrawn} == {"placebo", "active"}
    assert len(excluded) == 1
    assert 0.05 < repeats.mean() < 0.2
    assert len(study.scans) == 24 * 3 - 3


def test_the_same_demo_everywhere() -> None:
    """Screenshots, documents and what people see would differ."""
    assert photo_ageing() == photo_ageing()
    assert firming_serum() == firming_serum()
    seeds = [
        scan.recipe.seed for study in (photo_ageing(), firming_serum()) for scan in study.scans
    ]
    assert len(set(seeds)) == len(seeds)


def test_each_scan_holds_its_whole_slab(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subject whose slab is short is missing in every comparison.

    Only the geometry is drawn here: voxels are left dark, so that all scans take a second.
    """
    monkeypatch.setattr(
        phantom, "_expose", lambda shape, *rest, **more: np.broadcast_to(np.uint8(0), shape)
    )
    for study in (photo_ageing(), firming_serum()):
        for scan in study.scans:
            recipe = scan.recipe
            made = make_phantom(**{**recipe.to_json(), "quality": recipe.quality})
            volume = Volume.from_array(made.volume)
            above, below = Dej.surface(made.dej_map_um).reach(volume)
            assert above >= 1
            assert below >= 70, scan.subject_id


def test_asked_again_it_asks_only_for_what_is_missing(store: Store) -> None:
    """Each start of the demo would double its studies or its work."""
    ids = enqueue_demo(store)
    with store.read() as tx:
        jobs = job_table(tx)
        studies = list_studies(tx)
        subjects = subject_table(tx, ids[1])
        photo = get_study(tx, ids[0])
    assert studies["study"].tolist() == ["Photo-ageing", "Firming serum"]
    assert studies["synthetic"].all()
    assert studies["n_subjects"].tolist() == [36, 24]
    assert jobs["kind"].tolist() == ["phantom"] * 105
    assert jobs["study"].tolist() == ["Photo-ageing"] * 36 + ["Firming serum"] * 69
    assert jobs["subject_id"].tolist()[:3] == ["PA-01", "PA-02", "PA-03"]
    assert subjects["status"].value_counts().to_dict() == {"active": 22, "withdrawn": 2}
    assert len(photo.arms) == 3

    assert enqueue_demo(store) == ids
    with store.write(by=User("ada")) as tx:
        cancel(tx, int(jobs["job_id"].iloc[0]))
    enqueue_demo(store)
    with store.read() as tx:
        again = job_table(tx)
    assert again["state"].value_counts().to_dict() == {"queued": 105, "cancelled": 1}


def test_a_study_of_real_scans_is_not_taken_over(store: Store) -> None:
    """Phantoms would be mixed into somebody's trial."""
    with store.write(by=User("ada")) as tx:
        create_study(tx, name=PHOTO_AGEING, kind="cohorts")
    with pytest.raises(DesignError, match="DERMDASH_HOME"):
        enqueue_demo(store)
    with store.read() as tx:
        assert job_table(tx).empty


def test_demo_only_enqueues_where_the_app_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make demo` would open the app minutes late, or write into the user's own data."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DERMDASH_HOME", raising=False)
    assert main(["demo", "--enqueue-only"]) == 0
    assert "Photo-ageing" in capsys.readouterr().out
    assert (tmp_path / ".dermdash-demo" / "dermdash.sqlite").exists()
    assert not (tmp_path / ".dermdash").exists()


def test_demo_scans_are_made_and_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A score in the demo that was not graded here and now would be a lie.

    The real studies, shortened to the best and the worst skin and the scan that is excluded.
    """
    studies = (photo_ageing(), firming_serum())
    by_truth = sorted(studies[0].scans, key=lambda scan: float(np.mean(scan.recipe.quality)))
    kept = [
        replace(studies[0], scans=(by_truth[0], by_truth[-1])),
        replace(studies[1], scans=tuple(s for s in studies[1].scans if s.exclude_reason)),
    ]
    monkeypatch.setattr(demo, "photo_ageing", lambda: kept[0])
    monkeypatch.setattr(demo, "firming_serum", lambda: kept[1])
    monkeypatch.setenv("DERMDASH_HOME", str(tmp_path / "demo"))
    assert main(["demo", "--json"]) == 0
    capsys.readouterr()
    with open_store(Settings(tmp_path / "demo")) as store, store.read() as tx:
        scans = scan_table(tx)
    scores = scans.set_index("subject_id")["expected_grade"]
    assert scans["state"].tolist() == ["graded", "graded", "excluded"]
    assert scans["n_layers"].tolist()[:2] == [70, 70]
    assert set(scans["dej_source"]) == {"file"}
    assert scores[by_truth[0].subject_id] + 0.5 < scores[by_truth[-1].subject_id]
