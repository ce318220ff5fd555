"""Files on their way to becoming scans: what they are, where they belong, and what is missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from dermdash.errors import DermdashError, VolumeError
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading, read_volume
from dermdash.trial.design import clean_file_name
from dermdash.trial.scans import NewScan, ScanOutcome, store_scan
from dermdash.trial.studies import Study
from dermdash.trial.vault import StoredVolume
from dermdash.ui.cells import records, text
from dermdash.ui.guard import Access
from dermdash.ui.naming import read_name

CELLS = ("subject_id", "arm", "visit", "site", "replicate", "dej_um")
AXES = {None: "as the file says", "zyx": "each page is en face", "yzx": "each page is a B-scan"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file in the vault that may become a scan.

    problem : why it cannot be read, empty where it can
    dej_map : a map that was given for it
    """

    name: str
    volume: StoredVolume
    reading: Reading | None = None
    spacing_source: str | None = None
    shape: tuple[int, int, int] | None = None
    problem: str = ""
    dej_map: Dej | None = None

    @property
    def size(self) -> str:
        return " × ".join(map(str, self.shape or ()))

    @property
    def spacing(self) -> str:
        spacing = self.reading.spacing_um if self.reading else None
        return " × ".join(f"{um:g}" for um in spacing or ())

    @property
    def needs_spacing(self) -> bool:
        return self.spacing_source == "assumed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would come of a row: graded, stored without a DEJ, stored already, or it needs you."""

    kind: Literal["grade", "store", "already", "you"]
    text: str


ORDER = {"you": 0, "already": 1, "store": 2, "grade": 3}


def inspect(name: str, volume: StoredVolume, reading: Reading = Reading()) -> Candidate:  # noqa: B008
    """Open a file of the vault and say what it is, or why it cannot be read."""
    name = clean_file_name(name)
    try:
        opened = read_volume(volume.path, reading)
        opened.check_voxels()
    except VolumeError as error:
        sentence = str(error).replace(volume.path.name, name)
        return Candidate(name, volume, problem=sentence)
    return Candidate(name, volume, opened.reading, opened.spacing_source, opened.shape)


def read_again(candidate: Candidate, reading: Reading) -> Candidate:
    """The same file read another way."""
    again = inspect(candidate.name, candidate.volume, reading)
    return replace(again, dej_map=candidate.dej_map)


def first_cells(
    candidates: Sequence[Candidate], study: Study, roster: pd.DataFrame, pattern: str
) -> pd.DataFrame:
    """What the files' names say, and what the study leaves no choice about."""
    arms = dict(zip(roster["subject_id"], roster["arm"], strict=True))
    only_visit = study.visits[0].name if len(study.visits) == 1 else ""
    only_site = study.sites[0].name if len(study.sites) == 1 else ""
    rows = []
    for candidate in candidates:
        found = read_name(candidate.name, pattern)
        subject = found.get("subject", "")
        rows.append(
            {
                "subject_id": subject,
                "arm": found.get("arm") or text(arms.get(subject)),
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
    known = [candidate.name in depths for candidate in candidates]
    texts = pd.Series([depths.get(candidate.name) for candidate in candidates], index=cells.index)
    filled.loc[known, "dej_um"] = pd.to_numeric(texts[known], errors="coerce")
    return filled, int(filled.loc[known, "dej_um"].notna().sum())


def judge(
    access: Access, study: Study, candidates: Sequence[Candidate], cells: pd.DataFrame
) -> list[Verdict]:
    """What would come of each row, by trying it in a transaction that is given up."""
    rows = records(cells)
    files = Counter(candidate.volume.sha256 for candidate in candidates)
    places = Counter(_place(row) for row in rows)
    verdicts = []
    for candidate, row in zip(candidates, rows, strict=True):
        if files[candidate.volume.sha256] > 1:
            verdicts.append(Verdict("you", "this file is in the table twice; untick one"))
        elif places[_place(row)] > 1:
            verdicts.append(Verdict("you", "two files claim this place; correct one"))
        else:
            verdicts.append(_try(access, study, candidate, row))
    return verdicts


def store(
    access: Access, study: Study, candidate: Candidate, row: Mapping[str, Any]
) -> ScanOutcome:
    """Store one row as a scan.

    Raises
    ------
    InputError, StoreError
        As ``store_scan``.
    """
    with access.write() as tx:
        return store_scan(
            tx, study.study_id, candidate.volume, _scan(candidate, row), shape=_shape(candidate)
        )


class _GivenUpError(Exception):
    """Ends a trial transaction, so that nothing of it is kept."""

    def __init__(self, outcome: ScanOutcome) -> None:
        self.outcome = outcome


def _try(access: Access, study: Study, candidate: Candidate, row: Mapping[str, Any]) -> Verdict:
    if candidate.problem:
        return Verdict("you", candidate.problem)
    if candidate.needs_spacing:
        return Verdict("you", "the file does not say its voxel size; give it above")
    for name in ("subject_id", "visit", "site"):
        if not row[name]:
            return Verdict("you", f"the {name.removesuffix('_id')} is missing; write it")
    try:
        with access.write() as tx:
            new = _scan(candidate, row)
            outcome = store_scan(tx, study.study_id, candidate.volume, new, shape=_shape(candidate))
            raise _GivenUpError(outcome)
    except _GivenUpError as trial:
        if trial.outcome.verdict == "already stored":
            return Verdict("already", "already stored")
        ready = ", ".join(["ready" if new.dej else "ready, DEJ later", *_news(study, row)])
        return Verdict("grade" if new.dej else "store", ready)
    except DermdashError as error:
        return Verdict("you", str(error))


def _news(study: Study, row: Mapping[str, Any]) -> list[str]:
    """What the study does not have yet: it would be made, and may be a slip of the pen."""
    known = {
        "arm": {arm.name for arm in study.arms},
        "visit": {visit.name for visit in study.visits},
        "site": {site.name for site in study.sites},
    }
    return [
        f"new {part} {row[part]}"
        for part, names in known.items()
        if row[part] and row[part] not in names
    ]


def _scan(candidate: Candidate, row: Mapping[str, Any]) -> NewScan:
    assert candidate.reading is not None  # a file with a problem gets no further
    dej = candidate.dej_map
    if dej is None and row["dej_um"] == row["dej_um"]:
        dej = Dej.plane(row["dej_um"])
    return NewScan(
        subject_id=row["subject_id"],
        arm=row["arm"] or None,
        visit=row["visit"],
        site=row["site"],
        dej=dej,
        dej_source=None if dej is None else "file" if candidate.dej_map else "manual",
        reading=candidate.reading,
        replicate=int(row["replicate"]),
        file_name=candidate.name,
        spacing_source=candidate.spacing_source,
    )


def _shape(candidate: Candidate) -> tuple[int, int, int]:
    assert candidate.shape is not None  # a file with a problem gets no further
    return candidate.shape


def _place(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Where a row claims to belong; a row that names no subject claims nothing."""
    place = tuple(row[name] for name in ("subject_id", "visit", "site", "replicate"))
    return place if all(place[:3]) else (object(),)
