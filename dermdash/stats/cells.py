"""Profiles of arms within studies: within which of them a difference can be told along depth.

What differs between studies must not be taken for what differs between arms, so subjects are
compared with, and rearranged among, subjects of their own study only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.profiles import MIN_SUBJECTS, Counts, Floats, Profiles, read_profiles
from dermdash.stats.within import labels_of

Pair = tuple[int, int]

MIN_IN_STUDY = 2  # of both arms: a study's own variances; without them it says nothing of chance


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The arms of each study, study after study; one study where none is named.

    profiles : name of a cell -> (n_subjects, n_depths), NaN where a layer is missing
    places : name of a cell -> number of its study and of its arm
    pairs : pairs of arms that at least one study holds
    warnings : what cannot be compared within a study
    """

    profiles: dict[str, Floats]
    places: dict[str, Pair]
    n_studies: int
    arms: tuple[str, ...]
    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]

    def sizes(self, kept: Profiles) -> NDArray[np.int64]:
        """(n_studies, n_arms) subjects with a layer."""
        sizes = np.zeros((self.n_studies, len(self.arms)), np.int64)
        for name, place in self.places.items():
            sizes[place] = len(kept.arms[name])
        return sizes

    def enough(self) -> NDArray[np.bool_]:
        """(n_depths,) where the variance of each arm of each pair has 2 degrees of freedom.

        Raises
        ------
        TableError
            There is no such depth.
        """
        counts = self._counts(self.profiles)
        enough: NDArray[np.bool_] = np.ones(counts.shape[-1], np.bool_)
        for pair in self.pairs:
            free = np.maximum(_together(counts, pair) - 1, 0).sum(axis=0)
            enough &= (free >= MIN_SUBJECTS - 1).all(axis=0)
        if not enough.any():
            raise TableError(
                f"too few subjects have the same layers; comparing pooled studies along depth "
                f"needs {MIN_SUBJECTS} of each arm in a study, or {MIN_IN_STUDY} in each of "
                "several; add subjects"
            )
        return enough

    def counts(self, kept: Profiles) -> list[tuple[Counts, Counts]]:
        """For each pair (n_depths,) subjects of both arms, in the studies that count there."""
        counts = self._counts(kept.arms)
        behind = [_together(counts, pair).sum(axis=0) for pair in self.pairs]
        return [(both[0], both[1]) for both in behind]

    def subjects(self, kept: Profiles) -> dict[str, int]:
        """Subjects by arm."""
        return dict(zip(self.arms, self.sizes(kept).sum(axis=0).tolist(), strict=True))

    def _counts(self, profiles: Mapping[str, Floats]) -> Counts:
        """(n_studies, n_arms, n_depths) subjects with the layer."""
        n_depths = next(iter(profiles.values())).shape[1]
        counts = np.zeros((self.n_studies, len(self.arms), n_depths), np.int64)
        for name, place in self.places.items():
            counts[place] = np.isfinite(profiles[name]).sum(axis=0)
        return counts


def read_cells(
    profiles: Mapping[str, ArrayLike],
    depths: Floats,
    pairs: Sequence[Pair],
    studies: Mapping[str, Sequence[str]] | None,
) -> Cells:
    """Profiles by arm, and by study where these are given.

    profiles : arm -> (n_subjects, n_depths); studies : arm -> (n_subjects,) names
    pairs : of arms by number, that are to be compared

    Raises
    ------
    TableError
        The profiles do not fit the depths or the studies, or no study has both arms of a pair.
    """
    arms = tuple(profiles)
    read = {arm: read_profiles(profiles[arm], depths, arm) for arm in arms}
    if studies is None:
        places = {arm: (0, number) for number, arm in enumerate(arms)}
        return Cells(read, places, 1, arms, tuple(pairs), ())
    labels = {arm: labels_of(studies[arm], len(read[arm])) for arm in arms}
    names = list(dict.fromkeys(name for arm in arms for name in labels[arm].tolist()))
    parts = {
        (s, a): read[arm][labels[arm] == study]
        for s, study in enumerate(names)
        for a, arm in enumerate(arms)
    }
    within = {
        pair: [s for s in range(len(names)) if _smaller(parts, s, pair) >= MIN_IN_STUDY]
        for pair in pairs
    }
    compared = tuple(pair for pair in pairs if within[pair])
    if not compared:
        raise TableError(
            f"no study has {MIN_IN_STUDY} subjects of both arms of a difference; along depth "
            "subjects are compared within their own study; choose studies that share arms"
        )
    used = {(s, arm) for pair in compared for s in within[pair] for arm in pair}
    called = {place: f"{arms[place[1]]} in {names[place[0]]}" for place in parts}
    if len(set(called.values())) < len(called):
        raise TableError("arms and studies have names that read alike together; rename a study")
    return Cells(
        profiles={called[place]: part for place, part in parts.items() if place in used},
        places={called[place]: place for place in parts if place in used},
        n_studies=len(names),
        arms=arms,
        pairs=compared,
        warnings=(
            *(
                f"{arms[a]} − {arms[b]} is not compared along depth: no study has "
                f"{MIN_IN_STUDY} subjects of both."
                for a, b in pairs
                if not within[a, b]
            ),
            *(
                f"{called[place]} (n = {len(part)}) is left out along depth: a study counts where "
                f"it has {MIN_IN_STUDY} subjects of both arms of a difference."
                for place, part in parts.items()
                if len(part) and place not in used
            ),
        ),
    )


def _smaller(parts: Mapping[Pair, Floats], study: int, pair: Pair) -> int:
    """Subjects with any layer of the smaller of two arms in a study."""
    return min(int(np.isfinite(parts[study, arm]).any(axis=1).sum()) for arm in pair)


def _together(counts: Counts, pair: Pair) -> Counts:
    """(n_studies, 2, n_depths) subjects of a pair, 0 where a study has too few of either arm."""
    both = counts[:, list(pair)]
    return np.asarray(both * (both.min(axis=1, keepdims=True) >= MIN_IN_STUDY))
