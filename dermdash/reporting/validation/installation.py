"""Validate your installation: known answers, known phantoms, a store of its own, each format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from dermdash.reporting.assembly import brand_of
from dermdash.reporting.blocks import Bullets, Column, Content, Paragraph, Table
from dermdash.reporting.report import Report
from dermdash.reporting.validation.check import Area, Check, tried
from dermdash.reporting.validation.grading import bundled_model, check_grading
from dermdash.reporting.validation.machine import read_machine, read_versions
from dermdash.reporting.validation.reports import check_reports
from dermdash.reporting.validation.statistics import check_statistics
from dermdash.reporting.validation.store import check_store
from dermdash.settings import CHECKOUT_MODELS, INSTALLED_MODELS, Settings

BUNDLED = (CHECKOUT_MODELS, INSTALLED_MODELS)
TITLES: dict[Area, str] = {
    "statistics": "Statistics with known answers",
    "grading": "Phantoms with known quality",
    "store": "A scan kept, graded and restored",
    "reports": "A report in each format",
}
MEANS = (
    "This installation computes what the sources print, and keeps what it is given. It does not "
    "say that a model grades skin rightly: that stands on the model's own card, and needs skin."
)


@dataclass(frozen=True, slots=True)
class Validation:
    """All that was checked, in order, and on what it ran."""

    checks: tuple[Check, ...]
    machine: dict[str, str]
    versions: dict[str, str]
    model: str

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)

    @property
    def sentence(self) -> str:
        """The answer in one sentence, which names what failed."""
        n = len(self.checks)
        if not self.failed:
            return f"All {n} checks passed."
        names = "; ".join(check.what for check in self.failed)
        return f"{len(self.failed)} of {n} checks failed: {names}."

    def of(self, area: Area) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.area == area)


def validate(
    *,
    models: Sequence[Path] = BUNDLED,
    show: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """Run all checks in a folder of their own; nothing of the user's data is read or written.

    models : folders where the bundled model lies
    show : told how many of the areas are done, and of how many
    """
    checks: list[Check] = []
    with TemporaryDirectory(prefix="dermdash-validation-") as name:
        folder = Path(name)
        areas: dict[Area, Callable[[], tuple[Check, ...]]] = {
            "statistics": check_statistics,
            "grading": lambda: check_grading(models, folder),
            "store": lambda: check_store(folder),
            "reports": check_reports,
        }
        show(0, len(areas))
        for done, (area, run) in enumerate(areas.items(), start=1):
            checks += _all_of(area, run)
            show(done, len(areas))
    return Validation(tuple(checks), read_machine(), read_versions(), _model(models))


def validation_report(
    validation: Validation, settings: Settings, *, made_by: str, made_at: datetime
) -> Report:
    """What is signed and filed: the answer, each check with its source, the versions.

    made_at : UTC
    """
    program = f"dermdash {validation.machine['dermdash']}"
    return Report(
        title="Validation of this installation",
        studies=(program,),
        mark="",
        contents=(_result(validation), *(_section(validation, area) for area in get_args(Area))),
        provenance=_ground(validation),
        made_by=made_by,
        made_at=made_at,
        software=f"{program}, Python {validation.machine['Python']}",
        brand=brand_of(settings),
    )


def _all_of(area: Area, run: Callable[[], tuple[Check, ...]]) -> tuple[Check, ...]:
    """An area's checks; one failed check where they cannot even begin."""
    found: tuple[Check, ...] = ()

    def begin() -> tuple[str, bool]:
        nonlocal found
        found = run()
        return "checked", True

    begun = tried(area, TITLES[area].lower(), "checked", begin, source="this program")
    return found if begun.passed else (begun,)


def _model(models: Sequence[Path]) -> str:
    def read() -> tuple[str, bool]:
        model = bundled_model(models)
        return f"{model.name}, {model.digest}: {model.statement}", True

    return tried("grading", "model", "", read, source="").found


def _result(validation: Validation) -> Content:
    words = validation.sentence
    areas: tuple[Area, ...] = get_args(Area)
    rows = tuple(
        (TITLES[area], len(checks), sum(check.passed for check in checks))
        for area in areas
        if (checks := validation.of(area))
    )
    columns = (Column("Checked"), Column("Checks", "count"), Column("Passed", "count"))
    failed = tuple(
        f"{check.what}: expected {check.expected}, found {check.found}"
        for check in validation.failed
    )
    return Content(
        "Result",
        words,
        (
            Paragraph(words, "warning" if failed else "lead"),
            *((Bullets(failed),) if failed else ()),
            Table("Checks by area", columns, rows),
            Paragraph(MEANS),
        ),
    )


def _section(validation: Validation, area: Area) -> Content:
    checks = validation.of(area)
    names = ("What", "Expected", "Found", "Tolerance", "Result", "Source")
    rows = tuple(
        (
            check.what,
            check.expected,
            check.found,
            check.tolerance or "none",
            "passed" if check.passed else "FAILED",
            check.source,
        )
        for check in checks
    )
    passed = sum(check.passed for check in checks)
    message = f"{passed} of {len(checks)} checks passed."
    note = "Tolerances are relative, of each number." if area == "statistics" else ""
    table = Table(TITLES[area], tuple(map(Column, names)), rows, note)
    return Content(TITLES[area], message, (table,))


def _ground(validation: Validation) -> Content:
    columns = (Column("What"), Column("Version"))
    machine = tuple(validation.machine.items())
    return Content(
        "Machine, model and libraries",
        "What was validated; another version is another installation.",
        (
            Table("Machine and model", columns, (*machine, ("Model", validation.model))),
            Table("Libraries", columns, tuple(validation.versions.items())),
        ),
    )
