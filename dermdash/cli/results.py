"""Commands on results: ``compare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dermdash.cli.console import answer
from dermdash.cli.options import AsJson
from dermdash.cli.stores import filled, study_named
from dermdash.errors import TableError
from dermdash.settings import load_settings

if TYPE_CHECKING:
    from dermdash.stats.comparison import Comparison


def compare(
    table: Annotated[
        Path | None, typer.Argument(metavar="[TABLE.csv]", help="A tidy table, a row a subject.")
    ] = None,
    *,
    value: Annotated[str | None, typer.Option(help="Column of the outcome.")] = None,
    between: Annotated[str | None, typer.Option(help="Column of the arms.")] = None,
    within: Annotated[str | None, typer.Option(help="Column of the visits.")] = None,
    subject: Annotated[str | None, typer.Option(help="Column of the subjects.")] = None,
    control: Annotated[
        str | None, typer.Option(help="The arm that others are compared with.")
    ] = None,
    study: Annotated[str | None, typer.Option(help="A study of the store instead.")] = None,
    alpha: Annotated[float, typer.Option(help="Level of the tests, two-sided.")] = 0.05,
    as_json: AsJson = False,
) -> None:
    """Compare arms, visits, or arms over visits, by the tests that fit the design."""
    from dermdash.stats.comparison import compare as compare_table
    from dermdash.stats.plan import Plan
    from dermdash.stats.tables import read_table

    if (table is None) == (study is None):
        raise TableError("one thing is compared; give a TABLE.csv or --study NAME")
    if table is None:
        if between or within or subject:
            raise TableError("a study has its own arms, visits and subjects; name none of them")
        found = _compare_study(str(study), value, control, alpha)
    else:
        if value is None:
            raise TableError("the outcome is not named; give its column as --value")
        plan = Plan(
            value,
            between=between,
            within=within,
            subject=subject,
            control=control,
            alpha=alpha,
        )
        found = compare_table(read_table(table), plan)
    answer(found.to_json(), as_json=as_json, text=_text(found))


def _compare_study(name: str, value: str | None, control: str | None, alpha: float) -> "Comparison":
    from dermdash.analysis.comparisons import SCORES, compare_study, score_study
    from dermdash.trial.database import open_store
    from dermdash.trial.studies import get_study

    score = value or "expected_grade"
    if score not in SCORES:
        raise TableError(f"--value {score!r} is no score of a study; use {' or '.join(SCORES)}")
    with open_store(filled(load_settings())) as store, store.read() as tx:
        study = get_study(tx, study_named(tx, name))
        scored = score_study(tx, study.study_id, score)
    return compare_study(study, scored, score, control=control, alpha=alpha)


def _text(found: "Comparison") -> str:
    """The comparison for people: sentence, contrasts, what stands beside them, warnings."""
    from dermdash.stats.words import NAMES, equals_p, number, statistic

    lines = [found.sentence, ""]
    for contrast in found.contrasts:
        where = f" at {contrast.visit}" if contrast.visit else ""
        lines.append(
            f"{contrast.a} − {contrast.b}{where}: {number(contrast.difference)} "
            f"({number(contrast.ci_low)} to {number(contrast.ci_high)}), "
            f"{NAMES[contrast.method]} {equals_p(contrast.p_adjusted)}"
        )
    for other in (found.omnibus, *(alternative.test for alternative in found.alternatives)):
        lines.append(f"{NAMES[other.test]}: {statistic(other)}, {equals_p(other.p)}")
    return "\n".join([*lines, "", found.estimand, *found.warnings])
