"""What each column of an export holds; the data dictionary is made from this."""

from typing import Literal, NamedTuple, get_args

Level = Literal["subject", "layer", "patch"]
LEVELS: tuple[Level, ...] = get_args(Level)
ALL = LEVELS
SCANS: tuple[Level, ...] = ("layer", "patch")


class Column(NamedTuple):
    """levels : tables that have the column; holds : its meaning and unit."""

    levels: tuple[Level, ...]
    holds: str


PLACE = ("study", "subject_id", "arm", "visit", "site")
SHARES = tuple(f"class_share_{k}" for k in range(1, 5))
COLUMNS: dict[str, Column] = {
    "study": Column(ALL, "the study's name"),
    "subject_id": Column(ALL, "code of the volunteer, the experimental unit"),
    "arm": Column(ALL, "the group that the subject, or this side of the subject, is in"),
    "visit": Column(ALL, "the planned time point"),
    "site": Column(ALL, "where on the body"),
    "depth_um": Column(SCANS, "depth under the DEJ in µm, 0 at the DEJ, positive downwards"),
    "crop": Column(("patch",), "number of the 400 µm crop, from 0; the same place in each layer"),
    "visit_day": Column(ALL, "day of the visit; visits are ordered by it"),
    "replicate": Column(SCANS, "number of the scan at this subject, visit and site"),
    "n_scans": Column(("subject",), "scans averaged in the row"),
    "replicate_sd": Column(
        ("subject",),
        "standard deviation of the expected grade over the scans averaged in the row; missing for "
        "one scan",
    ),
    "n_layers": Column(("subject",), "layers of 1 µm graded under the DEJ, 70 in a whole slab"),
    "n_patches": Column(("subject", "layer"), "patches averaged in the row"),
    "grade": Column(("patch",), "grade of the patch, 1 to 4: its most probable class"),
    "grade_mean": Column(
        ("subject", "layer"),
        "mean of the patches' grades, 1 (coarse, fragmented) to 4 (elongated, reticulated)",
    ),
    "grade_sd": Column(("layer",), "standard deviation of the grades of the layer's patches"),
    "expected_grade": Column(ALL, "Σ k·p(k), its mean where patches are averaged, 1 to 4"),
    **{
        f"class_share_{k}": Column(("subject", "layer"), f"share of the patches of grade {k}")
        for k in range(1, 5)
    },
    "entropy": Column(("layer",), "mean entropy of the patches in bits, 0 (sure) to 2"),
    **{f"probability_{k}": Column(("patch",), f"probability of grade {k}") for k in range(1, 5)},
    "subject_status": Column(ALL, "active, or withdrawn"),
    "full_analysis": Column(ALL, "True where the subject is in the full analysis set"),
    "per_protocol": Column(ALL, "True where the subject is in the per-protocol set"),
    "dej_um": Column(SCANS, "depth of the DEJ from the first slice in µm, a surface's median"),
    "dej_source": Column(SCANS, "manual, file, detected or edited"),
    "dej_after_unblinding": Column(
        ALL, "True where a DEJ was given after the study was unblinded, by who may have known arms"
    ),
    "quality": Column(
        ALL,
        "worst traffic light of the volume's quality (of the scans averaged in the row): green, "
        "amber, red or not measured; missing until it is read",
    ),
    "synthetic": Column(ALL, "True where the scans are SYNTHETIC phantoms, False where of skin"),
    "model": Column(ALL, "name of the model that graded"),
    "model_use": Column(ALL, "demonstration, or by whom and when the model was validated"),
    "model_digest": Column(ALL, "digest of the model that graded, with its temperature"),
    "protocol_version": Column(ALL, "version of the study's reading protocol the scores stand on"),
    "volume_sha256": Column(SCANS, "digest of the file that was graded"),
}
