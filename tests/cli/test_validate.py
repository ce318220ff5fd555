"""``validate``: what an IT department runs before anybody trusts a number."""

from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.reporting.validation import installation
from dermdash.reporting.validation.statistics import check_statistics, reference_cases
from tests.support.cli import Shell


def test_it_passes_and_writes_its_report(shell: Shell, tmp_path: Path) -> None:
    """By the installed command, as it is run after an installation; all that it tries."""
    out = tmp_path / "validation.pdf"
    done = shell.process("validate", "-o", out, "--json")
    assert done.status == 0, done.err
    assert done.json["passed"] is True, done.json["failed"]
    assert {check["area"] for check in done.json["checks"]} == set(installation.TITLES)
    assert done.json["failed"] == []
    assert done.json["n_checks"] == len(done.json["checks"]) >= 35
    assert done.json["versions"]["numpy"][0].isdigit()
    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert not (tmp_path / "home").exists()  # nothing of the user's is touched


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two answers only, of which one is expected otherwise."""
    first, second, *_ = reference_cases()
    cases = (replace(first, expected=(1.5,)), second)
    monkeypatch.setattr(installation, "check_statistics", lambda: check_statistics(cases))
    for name in ("check_grading", "check_store", "check_reports"):
        monkeypatch.setattr(installation, name, lambda *_: ())


@pytest.mark.usefixtures("wrong")
def test_a_failed_check_is_named_and_the_status_says_so(shell: Shell) -> None:
    """A script that installs a server would go on."""
    told = shell("validate")
    assert told.status == 1
    assert "FAILED one-way ANOVA, SiRstv: F(4, 20): expected 1.5, found 1.1804624" in told.out
    assert "1 of 2 passed" in " ".join(told.out.split())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("report.docx", "report.docx does not end with .pdf; a validation is written as PDF"),
        ("none/report.pdf", "does not exist; make it first"),
    ],
)
def test_a_wrong_place_is_refused_before_anything_is_computed(
    shell: Shell, tmp_path: Path, name: str, sentence: str
) -> None:
    """Half a minute later would be late for a typing error."""
    told = shell("validate", "-o", tmp_path / name)
    assert told.status == 2
    assert sentence in told.sentence
