"""How a study's scans became scores, in words made of the settings that were used."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from dermdash.analysis.filters import range_name
from dermdash.analysis.planned import SCORE_NAMES, Asked
from dermdash.analysis.record import Record
from dermdash.imaging.slab import CROP_UM
from dermdash.reporting.agreement import read_agreement
from dermdash.reporting.caveats import late_dejs_sentence
from dermdash.reporting.plain_words import counted, names
from dermdash.reporting.plans import moment
from dermdash.reporting.words import plural
from dermdash.stats.places import RULE
from dermdash.stats.plan import POPULATIONS
from dermdash.stats.readers import agreements

SOURCES = {
    "manual": "marked by hand",
    "file": "taken from a file",
    "detected": "detected by the program",
    "edited": "detected or taken from a file, then edited",
}
SPACINGS = {
    "tags": "as their files say",
    "given": "as given when they were added",
    "assumed": "assumed, since their files do not say",
}
FEW = 4  # different settings that are still listed


def scans_words(record: Record) -> str:
    """Sizes, spacings and grey values of the volumes as they were read."""
    scans = record.scans
    if scans.empty:
        return "No scan is stored yet."
    spaced = _listed(scans["spacing_um"], "spacings")
    sources = {
        SPACINGS.get(source, source): n
        for source, n in _counts(scans["spacing_source"]).items()
        if source
    }
    told = f" ({counted(sources)})" if sources else ""
    windows = _counts(scans["window"])
    grey = "Grey values were used as they are, 0 to 255."
    if set(windows) != {"0 to 255"}:
        grey = (
            "Grey values were mapped to 0 to 255, each scan from one recorded window, the same in "
            f"all of its layers ({_listed(scans['window'], 'windows')})."
        )
    was = "was" if len(scans) == 1 else "were"
    what = (
        f"{plural(len(scans), 'scan')} by line-field confocal optical coherence tomography "
        f"(LC-OCT) {was} stored"
    )
    if record.study.synthetic:
        what = f"{plural(len(scans), 'scan')} {was} computed as SYNTHETIC phantoms of LC-OCT"
    return (
        f"{what}; voxels (z × y × x): {_listed(scans['voxels'], 'sizes')}; voxel "
        f"spacing in µm: {spaced}{told}. {grey}"
    )


def dej_words(record: Record) -> str:
    """Where the DEJs come from, who gave them, and how many after unblinding."""
    marked = record.scans[record.scans["dej_source"].notna()]
    said = [
        f"The dermo-epidermal junction (DEJ) is known of {len(marked)} of "
        f"{plural(len(record.scans), 'scan')}"
    ]
    if marked.empty:
        return f"{said[0]}."
    sources = {SOURCES[str(one)]: n for one, n in _counts(marked["dej_source"]).items()}
    kinds = _counts(marked["dej_kind"])
    shapes = [
        plural(n, *{"plane": ("plane",), "surface": ("surface",)}[str(kind)])
        for kind, n in kinds.items()
    ]
    said[0] += f" ({counted(sources)}), as {names(shapes)}."
    said.append(f"They were given by {names(_with_counts(marked['dej_editor']))}.")
    queue = int(marked["dej_in_queue"].sum())
    if queue:
        said.append(
            f"{queue} of them {'was' if queue == 1 else 'were'} marked in the blinded queue, where "
            "neither subject nor arm nor visit is shown."
        )
    said += [_look_words(look) for look in record.looks.to_dict("records")]
    said += [read_agreement(one) for one in agreements(record.pairs)]
    late = int((marked["dej_after_unblinding"] & (marked["state"] != "excluded")).sum())
    said.append(late_dejs_sentence(late))
    return " ".join(filter(None, said))


def _look_words(look: Mapping[Hashable, Any]) -> str:
    """What a reader did in the queue."""
    parts = [f"{look['reader']} marked {plural(look['marked'], 'scan')} there"]
    if look["cannot_tell"]:
        parts.append(f"could not tell {look['cannot_tell']}")
    if look["twice"]:
        parts.append(f"saw {look['twice']} again without knowing it")
    return f"{names(parts)}."


def grading_words(record: Record) -> str:
    """Which layers and patches were graded, by which model."""
    protocol, model = record.protocol, record.model
    if protocol is None or model is None:
        return "No reading protocol stands yet; the first scan fixes it."
    sampling = protocol.sampling
    crops = "as many patches as fit"
    if sampling.crops is not None:
        crops = plural(sampling.crops, "patch", "patches")
    statement = str(model.card.get("statement", ""))
    return (
        f"By version {protocol.version} of the reading protocol ({protocol.author}, "
        f"{moment(protocol.at)} UTC) the dermis was read in layers of 1 µm from 0 to "
        f"{sampling.thickness_um - 1} µm under the DEJ, with a margin of {sampling.margin_um} µm "
        f"more above and below as far as each scan reaches, {crops} of {CROP_UM} × {CROP_UM} µm a "
        "layer, each with the layer above and the layer below as its colour channels (pipeline "
        f"version {protocol.pipeline_version}). The model {model.name} (digest "
        f"{model.digest[:12]}, {model.use}) gave each patch the probabilities of the grades 1 "
        f"(coarse, fragmented) to 4 (elongated, reticulated)"
        f"{f': {statement}' if statement else ''}."
    )


def score_words(asked: Asked) -> str:
    """How patches became a subject's score, and which scans have none."""
    how = {
        "expected_grade": "The expected grade of a patch is Σ k·p(k) over its four probabilities",
        "grade_mean": "The grade of a patch is its most probable class",
    }
    return (
        f"{how[asked.score]}; a layer's score is the mean of its patches, a scan's "
        f"{SCORE_NAMES[asked.score]} the mean of its layers from {range_name(asked.depth_um)}. A "
        "scan that lacks a layer of that range has no score, since a score over fewer layers is "
        f"another score. {RULE} The subject is the unit of all tests."
    )


def population_words(record: Record, asked: Asked) -> str:
    """Whose scores are compared."""
    people = record.subjects
    inside = people["full_analysis"]
    if asked.population == "per_protocol":
        inside &= people["per_protocol"]
    excluded = int((record.scans["state"] == "excluded").sum())
    out = ""
    if excluded:
        out = (
            f" {plural(excluded, 'scan is', 'scans are')} excluded, each with a written reason, "
            "and enter no result but the sensitivity to their exclusion."
        )
    return (
        f"Scores of the {POPULATIONS[asked.population]} are compared: {int(inside.sum())} of "
        f"{plural(len(people), 'subject')}.{out}"
    )


def _counts(values: "pd.Series[str]") -> Mapping[str, int]:
    """How often each value stands there, the most frequent first."""
    found = values.dropna().value_counts()
    ordered = sorted(found.items(), key=lambda one: (-one[1], str(one[0])))
    return {str(name): int(n) for name, n in ordered}


def _with_counts(values: "pd.Series[str]") -> list[str]:
    return [f"{name} ({n})" for name, n in _counts(values).items()]


def _listed(values: "pd.Series[str]", what: str) -> str:
    """One value, a few with their counts, or how many different ones there are."""
    found = _counts(values)
    if not found:
        return "not known"
    if len(found) == 1:
        return next(iter(found))
    shown = _with_counts(values)[:FEW]
    more = f", {len(found) - FEW} more {what}" if len(found) > FEW else ""
    return f"{', '.join(shown)}{more}"
