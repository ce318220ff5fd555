"""The card of one scan: do I believe this score?"""

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from dermdash.errors import DermdashError, DesignError
from dermdash.grading.patches import crop_origins
from dermdash.grading.profile import Grading
from dermdash.reporting.blocks import Block, Content, Figure, Paragraph, Picture, table_of
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import SCALE, depth_words
from dermdash.reporting.figures.data import DEFAULT_COLOURS, layer_map
from dermdash.reporting.scans import (
    fact_table,
    graded_sentence,
    light_table,
    place_words,
    quality_words,
    replicates_of,
    scan_facts,
    spread_words,
)
from dermdash.reporting.slices import b_scan_picture, en_face_picture, png
from dermdash.reporting.tables import layer_table

if TYPE_CHECKING:
    from dermdash.imaging.dej import Dej
    from dermdash.imaging.quality import Quality
    from dermdash.trial.protocols import Protocol
    from dermdash.trial.scans import Scan

DEPTH_UM = 20  # of the first look: the second 20 µm show the largest ageing difference
NOT_READ = "The quality of the volume is not read yet."


@dataclass(frozen=True, slots=True, eq=False)
class ScanRead:
    """A graded scan with all that is known of it.

    replicates : the scans of the same subject, visit and site, as ``scan_table`` gives them
    needed_um : depth that its grading needs, None without a DEJ
    """

    scan: "Scan"
    grading: Grading
    protocol: "Protocol | None"
    quality: "Quality | None"
    needed_um: float | None
    replicates: pd.DataFrame

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that the card shows; not of where the file lies."""
        scan = self.scan
        dej = None if scan.dej is None else scan.dej.digest
        own = [getattr(scan, name) for name in type(scan).__slots__ if name not in LIES_IN]
        scores = self.replicates[["scan_id", "replicate", "state", "expected_grade"]]
        parts = [own, dej, self.protocol, self.quality, self.needed_um, scores.to_csv(index=False)]
        digest = sha256(repr(parts).encode())
        digest.update(self.grading.probabilities.tobytes() + self.grading.depth_um.tobytes())
        return digest.hexdigest()


LIES_IN = ("path", "outside", "dej")


@dataclass(frozen=True, slots=True)
class OneScan:
    """Score, profile, layers and quality of a scan, with its slices.

    depth_um : under the DEJ, of the slice en face
    colours : of the grades, as ``figures.data.GRADE_COLOURS`` names them
    """

    card: ClassVar[str] = "scan"
    study_id: int
    scan_id: int
    depth_um: int = DEPTH_UM
    colours: str = DEFAULT_COLOURS

    def read(self, source: Source) -> ScanRead:
        from dermdash.trial.gradings import get_grading
        from dermdash.trial.protocols import current_protocol
        from dermdash.trial.qualities import get_quality
        from dermdash.trial.scans import get_scan, scan_table

        tx = source.tx
        scan = get_scan(tx, self.scan_id)
        if scan.study_id != self.study_id:
            raise DesignError(
                f"scan {self.scan_id} is of {scan.study}, not of this study; choose one of its own"
            )
        grading = get_grading(tx, self.scan_id)
        if grading is None or not len(grading.slab.depth_um):
            raise DesignError(
                f"the scan {place_words(scan)} is not graded ({scan.state}); a card of it needs a "
                "score: give it a DEJ and have it graded"
            )
        quality, needed_um = get_quality(tx, self.scan_id)
        return ScanRead(
            scan,
            grading,
            current_protocol(tx, self.study_id),
            quality,
            needed_um,
            replicates_of(scan_table(tx, self.study_id), scan).reset_index(drop=True),
        )

    def answer(self, inputs: ScanRead) -> Content:
        scan, grading = inputs.scan, inputs.grading
        sentence = graded_sentence(scan, grading)
        return Content(
            f"Scan {place_words(scan)}",
            sentence,
            (
                Paragraph(sentence, "lead"),
                *_said(inputs),
                *self._pictures(scan),
                self._profile(grading),
                self._layers(grading),
                *_quality(inputs),
                table_of(
                    fact_table(scan_facts(scan, inputs.protocol)),
                    "Where these numbers come from",
                ),
            ),
        )

    def _profile(self, grading: Grading) -> Figure:
        """Scores and shares of the grades, against depth."""
        table = layer_table(grading.slab)
        return Figure(
            "depth_profile",
            {"table": table, "chosen_um": self._chosen(grading), "colours": self.colours},
            f"Profile: mean and expected grade ({SCALE}) ± SD over the patches of a layer, and "
            f"shares of the grades, by depth in µm below the DEJ; {int(table['n_patches'].max())} "
            "patches a layer.",
            f"Scores against depth downwards: expected grade {_run(table)}.",
            table,
        )

    def _layers(self, grading: Grading) -> Figure:
        """Each patch's grade, layer by layer."""
        layers = layer_map(grading.slab)
        n_layers, n_patches = layers.grade.shape
        counts = np.bincount(layers.grade.ravel(), minlength=5)[1:]
        return Figure(
            "layer_grades",
            {"layers": layers, "colours": self.colours},
            "The most probable grade of each patch; depth below the DEJ in µm to the right, a row "
            f"a patch of 400 µm; {n_layers} layers of {n_patches}.",
            "A grid of patches by depth: "
            + ", ".join(f"{n} of grade {grade}" for grade, n in enumerate(counts, 1))
            + ".",
            pd.DataFrame(
                {
                    "depth_um": np.repeat(layers.depth_um, n_patches),
                    "patch": np.tile(np.arange(1, n_patches + 1), n_layers),
                    "grade": layers.grade.ravel(),
                    "probability": layers.probability.ravel(),
                }
            ),
        )

    def _chosen(self, grading: Grading) -> int | None:
        depths = grading.slab.depth_um
        return self.depth_um if depths[0] <= self.depth_um <= depths[-1] else None

    def _pictures(self, scan: "Scan") -> list[Block]:
        """A B-scan and a layer en face; or why they cannot be shown."""
        if scan.dej is None:
            return []
        try:
            return _slices(scan, scan.dej, self.depth_um)
        except (DermdashError, OSError) as refusal:
            return [Paragraph(f"No slices of this scan: {refusal}.", "note")]


def _slices(scan: "Scan", dej: "Dej", depth_um: int) -> list[Block]:
    from dermdash.imaging.slab import planes_at

    volume = scan.open()
    above, below = dej.reach(volume)
    depth = int(np.clip(depth_um, -above, below))
    spacing_z, spacing_y, spacing_x = scan.reading.spacing_um or (1.0, 1.0, 1.0)
    y = scan.shape[1] // 2
    line = float(dej.depth_um or 0.0) if dej.map_um is None else dej.map_um[y].astype(np.float64)
    section = b_scan_picture(
        volume.b_scan(y), spacing_zx_um=(spacing_z, spacing_x), dej_um=line, chosen_um=depth
    )
    plane = np.rint(planes_at(volume, dej, depth, depth)[0]).astype(np.uint8)
    face = en_face_picture(
        plane,
        spacing_yx_um=(spacing_y, spacing_x),
        patches=crop_origins(scan.shape[1:], (spacing_y, spacing_x)),
        section_y=y,
    )
    where = f"y = {y * spacing_y:.0f} µm"
    return [
        Picture(
            png(section),
            f"B-scan at {where}: DEJ solid, {depth} µm dotted, end of the slab dashed.",
            f"A section through the skin, depth downwards; the DEJ lies at "
            f"{dej.median_um:.0f} µm, and what is not graded is darker.",
        ),
        Picture(
            png(face),
            f"En face at {depth} µm below the DEJ: 400 µm patches framed, B-scan dashed.",
            "A layer of the dermis seen from above, with the patches that are graded.",
        ),
    ]


def _said(inputs: ScanRead) -> list[Block]:
    """That it is excluded, or one of several."""
    said: list[Block] = []
    if inputs.scan.state == "excluded":
        said.append(Paragraph(f"Excluded from the results: {inputs.scan.reason}.", "warning"))
    if len(inputs.replicates) > 1:
        said.append(Paragraph(f"{spread_words(inputs.replicates)}.", "note"))
    return said


def _quality(inputs: ScanRead) -> list[Block]:
    if inputs.quality is None:
        return [Paragraph(NOT_READ, "note")]
    colour, words = quality_words(inputs.quality, inputs.needed_um)
    return [
        Paragraph(f"{words}.", "body" if colour == "green" else "warning"),
        table_of(
            light_table(inputs.quality, inputs.needed_um),
            "Quality of the volume, whatever its DEJ and its grades",
        ),
    ]


def _run(table: pd.DataFrame) -> str:
    return depth_words(table, "expected_grade")
