"""Write the documents that are made from the code: ``python docs/generate.py``.

``tests/test_docs.py`` fails when a document differs from what the code says.
"""

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint

from dermdash.reporting.columns import COLUMNS, LEVELS
from dermdash.trial import schema
from dermdash.trial.schema import Base

FOLDER = Path(__file__).parent
NOTE = "*Made from the code by `python docs/generate.py`; do not edit.*"


def documents() -> dict[Path, str]:
    """The text of each document, by its place."""
    return {
        FOLDER / "data-model.md": "\n".join(_data_model()).replace("``", "`") + "\n",
        FOLDER / "data-dictionary.md": "\n".join(_data_dictionary()) + "\n",
    }


def _data_model() -> Iterator[str]:
    yield f"# The data model\n\n{NOTE}\n"
    title, _, rest = cleandoc(schema.__doc__ or "").partition("\n\n")
    drawing, _, words = rest.partition("\n\n")
    yield f"{title}\n\n~~~\n{dedent(drawing)}\n~~~\n\n{words}\n"
    classes = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for table in Base.metadata.tables.values():
        row = classes[table]
        yield f"## `{table.name}`"
        if row.__doc__:
            yield cleandoc(row.__doc__)
        if row.append_only:
            yield "\nAppend-only."
        yield "\n| column | type | is |\n|---|---|---|"
        for column in table.columns:
            yield f"| `{column.name}` | {_type(column)} | {_keys(table, column)} |"
        for rule in _rules(table):
            yield f"\n{rule}"
        yield ""


def _type(column: Column[object]) -> str:
    return str(column.type).lower() + (", may be missing" if column.nullable else "")


def _keys(table: Table, column: Column[object]) -> str:
    alone = {names for names in _unique(table) if len(names) == 1}
    parts = ["the key"] if column.primary_key else []
    parts += sorted(f"points to `{key.target_fullname}`" for key in column.foreign_keys)
    parts += ["unique"] if (column.name,) in alone else []
    return ", ".join(parts)


def _rules(table: Table) -> Iterator[str]:
    """What the database holds true of more than one column or row."""
    for names in _unique(table):
        if len(names) > 1:
            yield f"Unique together: {', '.join(f'`{name}`' for name in names)}."
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        where = index.dialect_options["sqlite"]["where"]
        if index.unique and where is not None:
            names = ", ".join(f"`{column.name}`" for column in index.columns)
            yield f"Unique where `{where}`: {names}."
    for check in sorted(table.constraints, key=lambda check: str(check.name)):
        if isinstance(check, CheckConstraint):
            yield f"Always: `{check.sqltext}`."


def _unique(table: Table) -> list[tuple[str, ...]]:
    constraints = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    return sorted(tuple(column.name for column in c.columns) for c in constraints)


def _data_dictionary() -> Iterator[str]:
    yield f"# The data dictionary\n\n{NOTE}\n"
    yield (
        "The columns of `dermdash export` and of the pages' downloads, in their order. A row is "
        "one subject at a visit and site (`subject`), one µm of depth of a scan (`layer`) or one "
        "400 µm crop of it (`patch`). Covariates, such as `age`, follow `subject_status` under "
        "their own names; one that is named like a column here has `covariate_` before its name. "
        "A missing value is an empty cell, never 0.\n"
    )
    yield f"| column | {' | '.join(LEVELS)} | holds |\n|---|{':-:|' * len(LEVELS)}---|"
    for name, column in COLUMNS.items():
        marks = " | ".join("x" if level in column.levels else "" for level in LEVELS)
        yield f"| `{name}` | {marks} | {column.holds} |"


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
