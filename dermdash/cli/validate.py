"""The command ``validate``: whether this installation computes and keeps what it should."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer

from dermdash.cli.console import answer, progress
from dermdash.cli.options import AsJson, existing_folder
from dermdash.errors import InputError
from dermdash.identity import system_user
from dermdash.settings import load_settings

if TYPE_CHECKING:
    from dermdash.reporting.validation.installation import Validation

PASSED, FAILED = 0, 1


def validate(
    *,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE.pdf", help="The report to write and to file."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Try known answers, known phantoms, a store and each format; 1 where a check fails."""
    from dermdash.reporting.report import render
    from dermdash.reporting.validation.installation import validate as run
    from dermdash.reporting.validation.installation import validation_report

    started = time.perf_counter()
    settings = load_settings()
    if out is not None:
        if out.suffix.lower() != ".pdf":
            raise InputError(f"{out.name} does not end with .pdf; a validation is written as PDF")
        with TemporaryFile(dir=existing_folder(out)):  # found out before anything is computed
            pass
    with progress("validating") as show:
        found = run(show=show)
    if out is not None:
        report = validation_report(
            found, settings, made_by=str(system_user()), made_at=datetime.now(UTC)
        )
        out.write_bytes(render(report, "pdf"))
    result = {
        "passed": not found.failed,
        "n_checks": len(found.checks),
        "failed": [check.what for check in found.failed],
        "checks": [asdict(check) for check in found.checks],
        "machine": found.machine,
        "versions": found.versions,
        "model": found.model,
        "path": str(out) if out else None,
        "seconds": round(time.perf_counter() - started, 1),
    }
    answer(result, as_json=as_json, text=_text(found, out))
    return FAILED if found.failed else PASSED


def _text(found: "Validation", out: Path | None) -> str:
    """An area a line, then what failed, then the answer."""
    from dermdash.reporting.validation.installation import TITLES

    lines = []
    for area, title in TITLES.items():
        checks = found.of(area)
        passed = sum(check.passed for check in checks)
        lines.append(f"{title:<36} {passed:>3} of {len(checks):>3} passed")
    lines += [
        f"FAILED {check.what}: expected {check.expected}, found {check.found} ({check.source})"
        for check in found.failed
    ]
    n, failed = len(found.checks), len(found.failed)
    lines.append(f"{failed} of {n} checks failed" if failed else found.sentence)
    return "\n".join([*lines, *([f"{out}: written"] if out else [])])
