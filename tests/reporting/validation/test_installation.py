"""A validation must find what is wrong with an installation, or its PASSED is worth nothing."""

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from dermdash.grading.model import GRADER
from dermdash.reporting.stored_blocks import content_to_json
from dermdash.reporting.validation import grading, installation, store
from dermdash.reporting.validation.check import Case, Check
from dermdash.reporting.validation.grading import check_grading, phantom_file
from dermdash.reporting.validation.installation import (
    BUNDLED,
    Validation,
    validate,
    validation_report,
)
from dermdash.reporting.validation.machine import read_machine, read_versions
from dermdash.reporting.validation.reports import is_whole, small_report
from dermdash.reporting.validation.statistics import check_statistics, reference_cases
from dermdash.reporting.validation.store import check_store
from dermdash.settings import Settings


def test_calculations_pass() -> None:
    """Every user would be told that a good installation is broken."""
    checks = check_statistics()
    assert [(check.what, check.found) for check in checks if not check.passed] == []
    assert len(checks) >= 20
    assert all(check.source and check.expected for check in checks)


def test_every_number_of_every_case_is_looked_at() -> None:
    """A number that may be anything checks nothing: each is moved by more than it may be off."""
    for case in reference_cases():
        for place, number in enumerate(case.expected):
            moved = list(case.expected)
            moved[place] = number * (1 + 3 * case.tolerance) + 1e-11
            (check,) = check_statistics([replace(case, expected=tuple(moved))])
            assert not check.passed, (case.what, place)
            if len(case.expected) > 3:  # the first of many stands for them: each run costs
                break


def test_a_calculation_that_raises_or_is_short_fails() -> None:
    """A library that is missing would end the validation, or pass it."""

    def broken() -> tuple[float, ...]:
        raise ModuleNotFoundError("No module named 'scipy'")

    (check,) = check_statistics([Case("broken", (1.0,), broken, 1e-6, "here")])
    assert not check.passed
    assert check.found == "ModuleNotFoundError: No module named 'scipy'"
    (short,) = check_statistics([Case("short", (1.0, 2.0), lambda: (1.0,), 1e-6, "here")])
    assert not short.passed
    (nothing,) = check_statistics([Case("nan", (1.0,), lambda: (float("nan"),), 1e-6, "here")])
    assert not nothing.passed


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a copy of the bundled model."""
    bundled = next(folder for folder in BUNDLED if folder.is_dir())
    return Path(shutil.copytree(bundled, tmp_path / "models"))


def failed(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.what: check.found for check in checks if not check.passed}


def test_a_tampered_model_is_found(models: Path, tmp_path: Path) -> None:
    """A model file that a virus scanner or a bad disk changed would grade trials."""
    (grader,) = models.glob(f"*/{GRADER}")
    content = bytearray(grader.read_bytes())
    content[len(content) // 2] ^= 1
    grader.write_bytes(content)
    found = failed(check_grading([models], tmp_path))
    assert "is damaged" in found["digest of the bundled model"]
    assert len(found) == 7  # nothing is graded with it


def test_a_model_that_grades_worse_than_its_card_is_found(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inference library that computes otherwise than where the model was measured."""
    monkeypatch.setattr(grading, "QUALITIES", (1.0,))
    (card,) = models.glob("*/card.json")
    content = json.loads(card.read_text(encoding="utf-8"))
    content["measures"]["volume_mean_error"] = 0.001
    card.write_text(json.dumps(content), encoding="utf-8")
    found = failed(check_grading([models], tmp_path))
    assert "mean error of the 1 phantoms" in found
    assert "digest of the bundled model" not in found


def test_no_model_at_all_is_said(tmp_path: Path) -> None:
    """A wheel without its data files would pass."""
    found = failed(check_grading([tmp_path / "none"], tmp_path))
    assert "no model lies in" in found["digest of the bundled model"]


def test_a_volume_that_changes_on_the_disk_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that loses bits would keep trials."""
    reopened = store._Trial.reopen

    def damage(trial: store._Trial) -> tuple[str, bool]:
        kept = trial._settings.vault / trial._sha256[:2] / trial._sha256
        kept.chmod(0o600)
        kept.write_bytes(b"\0" * 100)
        return reopened(trial)

    monkeypatch.setattr(store._Trial, "reopen", damage)
    found = failed(check_store(tmp_path))
    assert found["the store closed and opened again"] == "another volume"


def test_a_phantom_is_made_once(tmp_path: Path) -> None:
    """The store would be tried with another volume than was graded."""
    first = phantom_file(tmp_path, 2.0).read_bytes()
    assert phantom_file(tmp_path, 2.0).read_bytes() == first


def test_half_a_file_is_not_whole() -> None:
    """A report cut short would pass as one."""
    from dermdash.reporting.report import render

    made = render(small_report(), "xlsx")
    assert is_whole(made, "xlsx")
    assert not is_whole(made[: len(made) // 2], "xlsx")
    assert not is_whole(made, "pdf")


def test_the_report_says_what_failed_and_where_answers_come_from() -> None:
    """What is filed for an audit would hide the failure on its last page."""
    good = Validation(check_statistics(), read_machine(), read_versions(), "phantom-v1")
    bad = Check("statistics", "power", "0.80", "0.81", "", False, "R 4.2.2, power.t.test")
    found = replace(good, checks=(*good.checks, bad))
    report = validation_report(
        found, Settings(Path("/none")), made_by="Ada", made_at=datetime(2026, 3, 1)
    )
    first, *_ = report.contents
    assert first.message.endswith("checks failed: power.")
    words = [json.dumps(content_to_json(one), ensure_ascii=False) for one in report.sections]
    assert "power: expected 0.80, found 0.81" in words[0]
    everything = "\n".join(words)
    for needed in ("NIST StRD", "FAILED", "numpy", "phantom-v1", "Breugnot"):
        assert needed in everything


def test_an_area_that_cannot_begin_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other areas would never be tried."""

    def broken() -> tuple[Check, ...]:
        raise ImportError("no scipy")

    for name in ("check_grading", "check_store", "check_reports"):
        monkeypatch.setattr(installation, name, lambda *_: ())
    monkeypatch.setattr(installation, "check_statistics", broken)
    (only,) = validate().failed
    assert (only.area, only.found) == ("statistics", "ImportError: no scipy")
