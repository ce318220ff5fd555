"""A scan in words and tables, for pages and reports alike."""

from collections.abc import Mapping

import pandas as pd

from dermdash.grading.profile import Grading, summarize
from dermdash.imaging.lights import Colour, colours, lights, worst
from dermdash.imaging.quality import Quality
from dermdash.reporting.figures.data import GRADES
from dermdash.trial.protocols import Protocol
from dermdash.trial.scans import Scan

PLACE = ["subject_id", "visit", "site"]


def place_words(scan: Scan) -> str:
    """Who, when, where."""
    place = f"{scan.subject_id} · {scan.visit} · {scan.site}"
    return f"{place} · replicate {scan.replicate}" if scan.replicate > 1 else place


def dej_words(scan: Scan) -> str:
    """Where the dermis begins, and who says so."""
    if scan.dej is None:
        return "not marked yet"
    kind = "median of a map" if scan.dej.kind == "surface" else "one depth"
    return f"{scan.dej.median_um:.0f} µm, {kind} ({scan.dej_source})"


def graded_sentence(scan: Scan, grading: Grading) -> str:
    """The score with the shares of the grades, and the DEJ that it stands on."""
    score = summarize(grading)
    shares = " · ".join(
        f"{share:.0%} grade {k}" for k, share in zip(GRADES, score.class_share, strict=False)
    )
    return (
        f"Mean grade {score.grade_mean:.2f} of 4, expected grade {score.expected_grade:.2f}, "
        f"over {score.n_layers} µm of dermis ({shares}). DEJ at {dej_words(scan)}."
    )


def scan_facts(scan: Scan, protocol: Protocol | None) -> dict[str, str]:
    """Where each number of a scan comes from, by what it is."""
    spacing = " × ".join(f"{um:g}" for um in scan.reading.spacing_um or ())
    dej = "none"
    if scan.dej_at:
        dej = f"{scan.dej_source} by {scan.dej_editor}, {scan.dej_at:%Y-%m-%d %H:%M} UTC"
        dej += ", after unblinding" if scan.dej_after_unblinding else ""
    model = "none yet"
    if protocol:
        model = f"{protocol.model_name} ({protocol.model_digest[:16]}), {protocol.model_use}"
    return {
        "File": scan.file_name,
        "SHA-256 of the file": scan.volume_sha256,
        "Voxels (z × y × x)": " × ".join(map(str, scan.shape)),
        "Spacing (µm)": f"{spacing} ({scan.spacing_source or 'unknown'})",
        "Axes of the pages": scan.reading.axes or "zyx",
        "Grey values shown as 0 and 255": str(scan.reading.window),
        "Stored": f"{scan.stored_at:%Y-%m-%d %H:%M} UTC by {scan.stored_by}",
        "DEJ": dej,
        "Model": model,
        "Key of the grading": scan.grading_key or "none yet",
    }


def fact_table(facts: Mapping[str, str]) -> pd.DataFrame:
    """One row a fact."""
    return pd.DataFrame({"What": list(facts), "Value": list(facts.values())})


def replicates_of(scans: pd.DataFrame, scan: Scan) -> pd.DataFrame:
    """The scans of the same subject, visit and site, as ``scan_table`` gives them."""
    return scans[(scans[PLACE] == [scan.subject_id, scan.visit, scan.site]).all(axis=1)]


def spread_words(replicated: pd.DataFrame) -> str:
    """The mean of the replicates that count, with their spread.

    >>> rows = pd.DataFrame({"state": ["graded"] * 2, "expected_grade": [2.0, 2.2]})
    >>> spread_words(rows)
    '2 replicates: expected grade 2.10, SD 0.14; their mean is what results use'
    """
    scores = replicated.loc[replicated["state"] == "graded", "expected_grade"]
    words = f"{len(replicated)} replicates"
    if len(scores) < 2:
        return f"{words}, {len(scores)} of them graded"
    return (
        f"{words}: expected grade {scores.mean():.2f}, SD {scores.std():.2f}; their mean is what "
        "results use"
    )


def quality_words(quality: Quality, needed_um: float | None) -> tuple[Colour, str]:
    """The worst light of a volume: its colour, and the words that go with it."""
    name, colour = worst(colours(quality, needed_um=needed_um))
    judged = {light.name: light.value for light in lights(quality, needed_um=needed_um)}
    words = "all read-outs good" if colour == "green" else f"{name.lower()} {judged[name]}"
    return colour, f"Quality {colour}: {words}"


def light_table(quality: Quality, needed_um: float | None) -> pd.DataFrame:
    """One row a read-out."""
    return pd.DataFrame(
        [
            {
                "Read-out": light.name,
                "Light": light.colour,
                "Value": light.value,
                "Limits": light.limits,
                "Why": light.why,
            }
            for light in lights(quality, needed_um=needed_um)
        ]
    )
