"""The card of the grades themselves: which share of the patches has which grade."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from dermdash.analysis.planned import Asked
from dermdash.analysis.shares import cohort_shares
from dermdash.reporting.blocks import Chart, Content, Figure, names_of, table_of
from dermdash.reporting.cards.asking import cohort_found
from dermdash.reporting.cards.findings import asked_note
from dermdash.reporting.cards.ground import Ground, read_ground
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.words import counted
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADES
from dermdash.reporting.figures.data_shares import ClassShares, class_shares, share_table
from dermdash.reporting.left_out import missing_words

AVERAGED = "averaged within subjects, then over them"


@dataclass(frozen=True, slots=True, eq=False)
class GradedLayers:
    """ground : of the question; layers : with class shares, as ``cohort_shares`` gives them"""

    ground: Ground
    layers: pd.DataFrame

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of both."""
        from hashlib import sha256

        from dermdash.trial.results import data_digest

        return sha256(f"{self.ground.digest} {data_digest(self.layers)}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Classes:
    """Shares of the grades in each arm, in one study or in several that are pooled."""

    card: ClassVar[str] = "classes"
    study_ids: tuple[int, ...]
    asked: Asked
    colours: str = DEFAULT_COLOURS

    @property
    def study_id(self) -> int:
        return self.study_ids[0]

    def read(self, source: Source) -> GradedLayers:
        ground, asked = read_ground(source, self.study_ids, self.asked), self.asked
        arms = [arm.name for arm in ground.evidence.arms] if asked.arms is None else asked.arms
        layers = cohort_shares(
            source.tx,
            self.study_ids,
            arms=arms,
            visit=asked.visit,
            site=asked.site,
            depth_um=asked.depth_um,
            covariates=asked.covariates,
            population=asked.population,
        )
        return GradedLayers(ground, layers)

    def answer(self, inputs: GradedLayers) -> Content:
        ground, asked = inputs.ground, self.asked
        cohort = cohort_found(ground, asked)
        there = set(cohort.profiles["arm"])
        shares = class_shares(inputs.layers, [arm for arm in cohort.groups["arm"] if arm in there])
        named = [study.name for study in ground.evidence.studies]
        behind = counted(zip(shares.groups, shares.n_subjects, strict=True))
        said = names_of([_share_words(shares, place) for place in range(len(shares.groups))])
        sentence = f"Share of the patches of each grade over {cohort.range_name}: {said}."
        arguments = {"shares": shares, "colours": self.colours}
        return Content(
            "Grades of the patches",
            sentence,
            (
                Figure(
                    "class_shares",
                    arguments,
                    f"Shares of the grades (1, coarse, to 4, reticulated), {AVERAGED}, over "
                    f"{cohort.range_name} below the DEJ; {behind}.",
                    sentence,
                    _long(shares),
                    Chart("bars", "arm", "share", series="grade"),
                ),
                Figure(
                    "class_shares_by_depth",
                    arguments,
                    f"Shares of the grades in each layer, {AVERAGED}; depth in µm below the DEJ; "
                    f"{behind}.",
                    "A panel a group, depth downwards; in each layer the shares of grades 1 to 4 "
                    "side by side.",
                    _long_by_depth(shares),
                ),
                table_of(
                    _read(shares),
                    f"Shares of the grades, {AVERAGED}",
                    forms={f"Grade {grade}": "share" for grade in GRADES},
                ),
                asked_note(ground, asked),
                *ground.around(missing_words(cohort, asked.covariates, named)),
            ),
        )


def _share_words(shares: ClassShares, place: int) -> str:
    """``young 10 % grade 1, ...``; the parts of one group."""
    parts = ", ".join(
        f"{100 * share:.0f} % grade {grade}"
        for grade, share in zip(GRADES, shares.whole[place], strict=True)
    )
    return f"{shares.groups[place]} ({parts})"


def _read(shares: ClassShares) -> pd.DataFrame:
    table = share_table(shares)
    names = ["Arm", "Subjects", *(f"Grade {grade}" for grade in GRADES)]
    return table.set_axis(names, axis=1)


def _long(shares: ClassShares) -> pd.DataFrame:
    """One row a group and grade."""
    return pd.DataFrame(
        [
            (group, f"grade {grade}", float(share))
            for group, whole in zip(shares.groups, shares.whole, strict=True)
            for grade, share in zip(GRADES, whole, strict=True)
        ],
        columns=["arm", "grade", "share"],
    )


def _long_by_depth(shares: ClassShares) -> pd.DataFrame:
    """One row a group, depth and grade."""
    n_depths, n_grades = len(shares.depth_um), len(GRADES)
    return pd.DataFrame(
        {
            "arm": np.repeat(shares.groups, n_depths * n_grades),
            "depth_um": np.tile(np.repeat(shares.depth_um, n_grades), len(shares.groups)),
            "grade": np.tile(GRADES, n_depths * len(shares.groups)),
            "share": shares.by_depth.ravel(),
        }
    )
