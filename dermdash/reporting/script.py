"""A comparison as a script beside its table: whoever doubts a number can run it again.

Users' names reach the script only as quoted strings, and the table only as cells of its CSV.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.errors import TableError
from dermdash.reporting.script_text import script_text
from dermdash.reporting.stars import DEMONSTRATION
from dermdash.reporting.tables import FORMULA_STARTS
from dermdash.stats.comparison import Comparison
from dermdash.stats.observations import observe
from dermdash.stats.plan import Plan

if TYPE_CHECKING:
    from dermdash.trial.protocols import Protocol


@dataclass(frozen=True, slots=True)
class Script:
    """A Python script and the table that it reads, to be kept in one folder.

    name : of both files without their endings; a digest of table and plan, never a user's words
    """

    name: str
    text: str
    csv_bytes: bytes

    @property
    def script_name(self) -> str:
        return f"{self.name}.py"

    @property
    def csv_name(self) -> str:
        return f"{self.name}.csv"

    def zip_bytes(self) -> bytes:
        """Both files in one archive, the same bytes each time."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            for name, data in (
                (self.script_name, self.text.encode()),
                (self.csv_name, self.csv_bytes),
            ):
                files.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return archive.getvalue()


def write_script(found: Comparison, table: pd.DataFrame, *, source: str) -> Script:
    """Write the script that compares a table again and asserts what was found.

    table : what was compared; further columns, and rows of other arms and visits, are left out
    source : where the table comes from, in words

    Raises
    ------
    TableError
        The table does not hold the arms and visits that were compared.

    >>> from dermdash.stats.comparison import compare
    >>> scores = pd.DataFrame({"arm": list("aaaabbbb"), "score": [1, 2, 2, 3, 3, 4, 4, 5]})
    >>> found = compare(scores, Plan("score", between="arm"))
    >>> script = write_script(found, scores, source="an example")
    >>> script.csv_bytes.decode().splitlines()[:2]
    ['"arm","score"', '"a",1.0']
    """
    columns = _columns(found.plan)
    rows = _compared(found, table, columns)
    data = _csv(rows, columns.values())
    asked = hashlib.sha256(data + repr(found.plan).encode()).hexdigest()
    name = f"comparison-{asked[:8]}"
    digest = hashlib.sha256(data).hexdigest()
    text = script_text(found, list(columns), name=name, sha256=digest, source=source)
    return Script(name, text, data)


def source_words(
    studies: Mapping[str, bool], summary: str, protocol: "Protocol | None" = None
) -> str:
    """Where a table comes from, and what must be said with it.

    studies : whether each is synthetic, by name; one, or those that were pooled
    summary : the filters in words; protocol : that the scores stand on
    """
    parts = [
        name + " (SYNTHETIC: phantoms, not skin)" * synthetic for name, synthetic in studies.items()
    ]
    parts.append(summary)
    if protocol is not None:
        demonstration = protocol.model_use.startswith(DEMONSTRATION)
        use = "; DEMONSTRATION MODEL, not for claims" if demonstration else ""
        parts.append(
            f"graded by {protocol.model_name} ({protocol.model_digest[:12]}{use}), version "
            f"{protocol.version} of the reading protocol"
        )
    return "; ".join(parts)


def _columns(plan: Plan) -> dict[str, str]:
    """The plan's columns, by their roles."""
    columns = {
        "subject": plan.subject,
        "arm": plan.between,
        "visit": plan.within,
        "block": plan.block,
        "value": plan.value,
    }
    return {role: name for role, name in columns.items() if name is not None}


def _compared(found: Comparison, table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """What was compared, a column a role, its rows so that arms and visits keep their order."""
    rows = observe(table, found.plan).table
    rows = rows[rows["arm"].isin(found.arms) & rows["visit"].isin(found.visits)]
    by_arm = rows["arm"].map(found.arms.index).sort_values(kind="stable").index
    for candidate in (rows[list(columns)], rows.loc[by_arm, list(columns)]):
        seen = observe(candidate.rename(columns=columns), found.plan)
        if (seen.arms, seen.visits) == (found.arms, found.visits):
            return candidate
    raise TableError(
        f"the table's arms and visits ({len(seen.arms)} and {len(seen.visits)}) are not those that "
        f"were compared ({len(found.arms)} and {len(found.visits)}); give the table that was"
    )


def _csv(rows: pd.DataFrame, header: Iterable[str]) -> bytes:
    """Names in quotes, numbers with all their digits."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    lines.writerow([_harmless(name) for name in header])
    lines.writerows(
        [_harmless(cell) if isinstance(cell, str) else float(cell) for cell in row]
        for row in rows.itertuples(index=False)
    )
    return text.getvalue().encode("utf-8", "surrogatepass")


def _harmless(cell: str) -> str:
    """No formula to a spreadsheet; taking one leading apostrophe off gives the text back."""
    return f"'{cell}" if cell.startswith((*FORMULA_STARTS, "'")) else cell
