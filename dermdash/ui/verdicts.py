"""What would come of each row of the table: tried in the store, and taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from dermdash.errors import DermdashError
from dermdash.trial.contents import StoredFile, store_version
from dermdash.trial.intake import try_scans
from dermdash.trial.scans import NewScan, ScanOutcome
from dermdash.trial.studies import Study
from dermdash.ui.cells import records
from dermdash.ui.guard import Access
from dermdash.ui.intake import Candidate, Verdict, place_of

Key = tuple[object, ...]
LOOKING = Verdict("wait", "being looked at")
UNCHECKED = Verdict("wait", "being checked")


@dataclass(frozen=True, slots=True)
class Known:
    """What of the study decides about a row at once.

    stored : contents that are scans of it, by SHA-256
    subjects : their codes
    """

    stored: Mapping[str, StoredFile] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()


def forget_refusals() -> None:
    """Try again what was refused, since another row that was in its way may have changed."""
    kept_for, kept = st.session_state.get("intake_judged", (None, {}))
    accepted = {key: answer for key, answer in kept.items() if isinstance(answer, ScanOutcome)}
    st.session_state["intake_judged"] = (kept_for, accepted)


def judge(
    access: Access,
    study: Study,
    candidates: Sequence[Candidate],
    cells: pd.DataFrame,
    known: Known,
) -> list[Verdict]:
    """What would come of each row. Of many new ones, some wait for the next run of the page."""
    rows = records(cells)
    verdicts = [_at_once(c, row, known.stored) for c, row in zip(candidates, rows, strict=True)]
    for place, verdict in _clashes(study, candidates, rows).items():
        verdicts[place] = verdicts[place] or verdict
    open_rows = [place for place, verdict in enumerate(verdicts) if verdict is None]
    tried = _tried(access, study, [(candidates[row], rows[row]) for row in open_rows])
    for place, answer in zip(open_rows, tried, strict=True):
        if answer is not None:
            news = _news(study, known, rows[place])
            verdicts[place] = _verdict(candidates[place], rows[place], answer, news=news)
    return [verdict or UNCHECKED for verdict in verdicts]


def _at_once(
    candidate: Candidate, row: Mapping[str, Any], stored: Mapping[str, StoredFile]
) -> Verdict | None:
    """What can be said without the store; None where nothing can."""
    if candidate.problem:
        return Verdict("you", candidate.problem)
    if candidate.look is None:
        return LOOKING
    known = stored.get(candidate.sha256 or "")
    if known is not None and known.path == candidate.file.path:
        return Verdict("already", f"already stored as {known.place}")
    if candidate.needs_spacing:
        return Verdict("you", "the file does not say its voxel size; give it above")
    for name in ("subject_id", "visit", "site"):
        if not row[name]:
            return Verdict("you", f"the {name.removesuffix('_id')} is missing; write it")
    return None


def _clashes(
    study: Study, candidates: Sequence[Candidate], rows: Sequence[Mapping[str, Any]]
) -> dict[int, Verdict]:
    """Of the ticked rows, those that are one file twice, claim one place, or differ in the arm."""
    arms: dict[object, set[str]] = defaultdict(set)
    by_content: dict[object, list[int]] = defaultdict(list)
    by_place: dict[object, list[int]] = defaultdict(list)
    for row, (candidate, cells) in enumerate(zip(candidates, rows, strict=True)):
        if cells["take"]:
            by_content[candidate.sha256].append(row)
            by_place[place_of(cells)].append(row)
            arms[_side(study, cells)].add(cells["arm"])
    by_content.pop(None, None)
    by_place.pop(None, None)
    found: dict[int, Verdict] = {}
    for row, cells in enumerate(rows):
        of_side = sorted(arms[_side(study, cells)] - {""})
        if cells["take"] and cells["subject_id"] and len(of_side) > 1:
            found[row] = Verdict(
                "you", f"{cells['subject_id']} is in arm {' and '.join(of_side)} here; correct one"
            )
    for same in by_place.values():
        for row in same if len(same) > 1 else ():
            other = _other(candidates, row, same)
            found[row] = Verdict(
                "you", f"{other} claims this place too; correct one, or number them as replicates"
            )
    for same in by_content.values():
        for row in same if len(same) > 1 else ():
            other = _other(candidates, row, same)
            found[row] = Verdict("you", f"same file as {other}; untick one")
    return found


def _other(candidates: Sequence[Candidate], row: int, same: Sequence[int]) -> str:
    """The name of one of the others, with its folder where they are called alike."""
    other = candidates[same[1] if row == same[0] else same[0]]
    return other.name if other.file_name == candidates[row].file_name else other.file_name


def _side(study: Study, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What one arm belongs to: a subject, or a side of one."""
    return (row["subject_id"], row["site"]) if study.kind == "hemi_face" else (row["subject_id"],)


def _tried(
    access: Access, study: Study, rows: Sequence[tuple[Candidate, Mapping[str, Any]]]
) -> list[ScanOutcome | DermdashError | None]:
    """What the store says of each row; kept until something is written that it may depend on."""
    with access.read() as tx:
        version = store_version(tx)
    kept_for, kept = st.session_state.get("intake_judged", (None, {}))
    if kept_for != (study.study_id, version):
        kept = {}
    keys = [_key(candidate, row) for candidate, row in rows]
    asked: dict[Key, tuple[Candidate, NewScan]] = {}
    answers: dict[Key, ScanOutcome | DermdashError] = dict(kept)
    for key, (candidate, row) in zip(keys, rows, strict=True):
        if key not in answers:
            try:
                asked[key] = (candidate, candidate.scan(row))
            except DermdashError as error:
                answers[key] = error
    if asked:
        with access.write() as tx:
            scans = [(candidate.found(), new) for candidate, new in asked.values()]
            answers |= zip(asked, try_scans(tx, study.study_id, scans), strict=False)
    st.session_state["intake_judged"] = ((study.study_id, version), answers)
    return [answers.get(key) for key in keys]


def _key(candidate: Candidate, row: Mapping[str, Any]) -> Key:
    cells = tuple(str(row[name]) for name in sorted(row) if name != "take")
    dej_map = candidate.dej_map and candidate.dej_map.digest
    return (str(candidate.file.path), str(candidate.look), dej_map, *cells)


def _verdict(
    candidate: Candidate,
    row: Mapping[str, Any],
    answer: ScanOutcome | DermdashError,
    *,
    news: Sequence[str],
) -> Verdict:
    if isinstance(answer, DermdashError):
        return Verdict("you", str(answer))
    if answer.verdict == "already stored":
        return Verdict("already", "already stored")
    has_dej = candidate.dej_map is not None or row["dej_um"] == row["dej_um"]
    ready = ", ".join(["ready" if has_dej else "ready, DEJ later", *news])
    return Verdict("grade" if has_dej else "store", ready)


def _news(study: Study, known: Known, row: Mapping[str, Any]) -> list[str]:
    """What the study does not have yet: it would be made, and may be a slip of the pen."""
    names = {
        "subject_id": known.subjects or {row["subject_id"]},
        "arm": {arm.name for arm in study.arms},
        "visit": {visit.name for visit in study.visits},
        "site": {site.name for site in study.sites},
    }
    return [
        f"new {part.removesuffix('_id')} {row[part]}"
        for part, there in names.items()
        if row[part] and row[part] not in there
    ]
