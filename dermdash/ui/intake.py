"""Files on their way to becoming scans: what they are, where they belong, and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dermdash.imaging.dej import Dej
from dermdash.imaging.looks import FileLook
from dermdash.trial.design import clean_file_name
from dermdash.trial.inbox import WaitingFile
from dermdash.trial.intake import FoundFile
from dermdash.trial.scans import NewScan
from dermdash.trial.studies import Study
from dermdash.ui.cells import records, text
from dermdash.ui.naming import read_name

CELLS = ("subject_id", "arm", "visit", "site", "replicate", "dej_um")
AXES = {None: "as the file says", "zyx": "each page is en face", "yzx": "each page is a B-scan"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may become a scan.

    look : what it was found to be, read as the page was told to; None until it was looked at
    dej_map : a map that was given for it
    """

    file: WaitingFile
    look: FileLook | None = None
    dej_map: Dej | None = None

    @property
    def name(self) -> str:
        """As it is shown, with the folders of the inbox."""
        return " / ".join(clean_file_name(part) for part in self.file.name.split("/"))

    @property
    def file_name(self) -> str:
        return clean_file_name(self.file.name)

    @property
    def folder(self) -> str:
        return self.name.rpartition(" / ")[0]

    @property
    def problem(self) -> str:
        """Why it cannot be a scan, empty where it can or is not looked at yet."""
        return self.file.problem or (self.look.problem if self.look else "")

    @property
    def sha256(self) -> str | None:
        return self.look.sha256 if self.look else None

    @property
    def size(self) -> str:
        return " × ".join(map(str, self.look.shape or ())) if self.look else ""

    @property
    def spacing(self) -> str:
        reading = self.look.reading if self.look else None
        return " × ".join(f"{um:g}" for um in (reading.spacing_um if reading else None) or ())

    @property
    def needs_spacing(self) -> bool:
        return self.look is not None and self.look.spacing_source == "assumed"

    def found(self) -> FoundFile:
        """The file for the store; only of one without a problem."""
        assert self.look is not None
        assert self.look.sha256 is not None
        assert self.look.shape is not None
        return FoundFile(
            self.file.path, self.look.bytes, self.look.mtime_ns, self.look.sha256, self.look.shape
        )

    def scan(self, row: Mapping[str, Any]) -> NewScan:
        """The scan that this file would be by a row's cells; only of one without a problem."""
        assert self.look is not None
        assert self.look.reading is not None
        dej = self.dej_map
        if dej is None and row["dej_um"] == row["dej_um"]:
            dej = Dej.plane(row["dej_um"])
        return NewScan(
            subject_id=row["subject_id"],
            arm=row["arm"] or None,
            visit=row["visit"],
            site=row["site"],
            dej=dej,
            dej_source=None if dej is None else "file" if self.dej_map else "manual",
            reading=self.look.reading,
            replicate=int(row["replicate"]),
            file_name=self.file_name,
            spacing_source=self.look.spacing_source,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would come of a row: graded, stored without a DEJ, stored already; or it needs you.

    wait : nobody can say yet
    """

    kind: Literal["grade", "store", "already", "you", "wait"]
    text: str


ORDER = {"you": 0, "already": 1, "store": 2, "grade": 3, "wait": 4}


def first_cells(
    candidates: Sequence[Candidate],
    study: Study,
    roster: pd.DataFrame,
    pattern: str,
    hide: Callable[[str], str],
) -> pd.DataFrame:
    """What the files' names say, and what the study leaves no choice about.

    hide : takes a sealed arm's own name out; a part that holds one says nothing
    """
    arms = dict(zip(roster["subject_id"], roster["arm"], strict=True))
    only_visit = study.visits[0].name if len(study.visits) == 1 else ""
    only_site = study.sites[0].name if len(study.sites) == 1 else ""
    rows = []
    for candidate in candidates:
        said = read_name(candidate.file.name, pattern).items()
        found = {name: value for name, value in said if hide(value) == value}
        subject = found.get("subject", "")
        arm = text(arms.get(subject))
        named = "" if study.blinded else found.get("arm")  # which nobody may read off a file
        rows.append(
            {
                "subject_id": subject,
                "arm": named or ("" if study.kind == "hemi_face" else arm),
                "visit": found.get("visit") or only_visit,
                "site": found.get("site") or only_site,
                "replicate": int(found.get("replicate", 1)),
                "dej_um": float("nan"),
            }
        )
    return as_cells(pd.DataFrame(rows, columns=list(CELLS)))


def as_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Cells with their types, whatever an editor made of them."""
    words = {name: table[name].map(text).astype("str") for name in CELLS[:4]}
    replicate = pd.to_numeric(table["replicate"], errors="coerce").fillna(1).astype(int)
    dej = pd.to_numeric(table["dej_um"], errors="coerce").astype(float)
    return pd.DataFrame({**words, "replicate": replicate, "dej_um": dej})


def with_dej_table(
    candidates: Sequence[Candidate], cells: pd.DataFrame, rows: Sequence[Mapping[str, str]]
) -> tuple[pd.DataFrame, int]:
    """Fill in DEJ depths by file name, and count the rows that were filled."""
    depths = {clean_file_name(row["file"]): row["dej_um"].replace(",", ".") for row in rows}
    filled = cells.copy()
    known = [candidate.file_name in depths for candidate in candidates]
    texts = pd.Series(
        [depths.get(candidate.file_name) for candidate in candidates], index=cells.index
    )
    filled.loc[known, "dej_um"] = pd.to_numeric(texts[known], errors="coerce")
    return filled, int(filled.loc[known, "dej_um"].notna().sum())


def place_of(row: Mapping[str, Any]) -> tuple[str, str, str, int] | None:
    """Where a row claims to belong; None where it names no place yet."""
    subject, visit, site = row["subject_id"], row["visit"], row["site"]
    return (subject, visit, site, int(row["replicate"])) if subject and visit and site else None


def as_replicates(
    candidates: Sequence[Candidate],
    cells: pd.DataFrame,
    taken: Mapping[tuple[str, str, str], set[int]],
) -> tuple[pd.DataFrame, int]:
    """Number files that claim a taken place as further replicates, and count them.

    taken : replicates that lie at a place already
    """
    used = {place: set(numbers) for place, numbers in taken.items()}
    numbered, count = cells.copy(), 0
    for row, (candidate, of_row) in enumerate(zip(candidates, records(cells), strict=True)):
        place = place_of(of_row)
        if place is None or candidate.problem or not of_row["take"]:
            continue
        numbers = used.setdefault(place[:3], set())
        if place[3] in numbers:
            numbered.loc[numbered.index[row], "replicate"] = max(numbers) + 1
            count += 1
        numbers.add(int(numbered["replicate"].iloc[row]))
    return numbered, count
