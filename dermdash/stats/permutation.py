"""Rearrangements of subjects, and the largest statistic that each of them gives by chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
from math import ceil, factorial, prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sizes = Sequence[Sequence[int]]

ALWAYS_EXACT = 4096  # sign flips of 12 subjects, the size of an arm in the paper
MOST_EXACT = 20_000  # listing more takes longer than drawing them
TIE = 1e-9  # relative; equal statistics of two arrangements differ by rounding only


@dataclass(frozen=True, slots=True)
class Arrangements:
    """How many arrangements are drawn, or that all of them are taken.

    n : number of arrangements, with the observed one among them where they are ``exact``
    """

    n: int
    exact: bool
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What chance gives: the largest statistic of each arrangement.

    maxima : (n_arrangements,) ascending
    exact : they are all the arrangements there are, else a random sample of them

    >>> Reference(np.arange(1.0, 20.0), exact=False).p(np.array([19.0, 0.0, 25.0]))
    array([0.1 , 1.  , 0.05])
    """

    maxima: Floats
    exact: bool

    def p(self, observed: Floats) -> Floats:
        """The share of arrangements whose maximum reaches each observed value.

        A sample counts the observed arrangement too, (b + 1) / (m + 1), so that no p is 0
        (Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39).
        """
        least = observed - TIE * np.abs(observed)
        reached = self.maxima.size - np.searchsorted(self.maxima, least, side="left")
        if self.exact:
            return np.asarray(reached / self.maxima.size, dtype=np.float64)
        return np.asarray((reached + 1) / (self.maxima.size + 1), dtype=np.float64)

    def critical(self, alpha: float) -> float:
        """The value above which p < alpha; infinite where no arrangement can be so rare."""
        total = self.maxima.size + (not self.exact)
        rarer = ceil(alpha * total - TIE) - 1  # so many may reach it, the observed one included
        if rarer < 1:
            return float("inf")
        above = rarer if self.exact else rarer - 1
        if above >= self.maxima.size:
            return 0.0
        return float(self.maxima[self.maxima.size - 1 - above]) * (1 + 2 * TIE)


def label_arrangements(sizes: Sizes, *, permutations: int, seed: int) -> Arrangements:
    """All ways to share subjects out to the arms of their study, or ``permutations`` random ones.

    sizes : (n_studies, n_arms)

    >>> label_arrangements([[4, 4]], permutations=9999, seed=0)
    Arrangements(n=70, exact=True, seed=0)
    """
    ways = prod(
        factorial(sum(of_study)) // prod(factorial(size) for size in of_study) for of_study in sizes
    )
    return _all_or_some(ways, permutations, seed)


def sign_arrangements(n_subjects: int, *, permutations: int, seed: int) -> Arrangements:
    """All 2^n ways to flip the signs of n differences, or ``permutations`` random ones."""
    return _all_or_some(2**n_subjects, permutations, seed)


def _all_or_some(ways: int, permutations: int, seed: int) -> Arrangements:
    if ways <= min(max(permutations, ALWAYS_EXACT), MOST_EXACT):
        return Arrangements(ways, True, seed)
    return Arrangements(permutations, False, seed)


def arranged_labels(
    sizes: Sizes, arrangements: Arrangements, chunk: int
) -> Iterator[NDArray[np.int16]]:
    """Yield (up to chunk, n_subjects) arm numbers, each row a way to share the subjects out.

    sizes : (n_studies, n_arms); subjects stand study after study, and none leaves its own
    """
    observed = [np.repeat(np.arange(len(own), dtype=np.int16), own) for own in sizes]
    if arrangements.exact:
        every = product(
            *(_shares(tuple(range(sum(own))), tuple(own)) for own in sizes),
        )
        joined = (tuple(chain.from_iterable(row)) for row in every)
        yield from _in_chunks(joined, chunk, sum(own.size for own in observed))
        return
    seed = arrangements.seed
    rngs = [np.random.default_rng([seed, place] if place else seed) for place in range(len(sizes))]
    for rows in _chunk_sizes(arrangements.n, chunk):
        yield np.hstack(
            [
                rng.permuted(np.broadcast_to(own, (rows, own.size)), axis=1)
                for rng, own in zip(rngs, observed, strict=True)
            ]
        )


def arranged_signs(n_subjects: int, arrangements: Arrangements, chunk: int) -> Iterator[Floats]:
    """Yield (up to chunk, n_subjects) of 1 and -1."""
    if arrangements.exact:
        every = product((1, -1), repeat=n_subjects)
        for signs in _in_chunks(every, chunk, n_subjects):
            yield signs.astype(np.float64)
        return
    rng = np.random.default_rng(arrangements.seed)
    for rows in _chunk_sizes(arrangements.n, chunk):
        yield np.where(rng.random((rows, n_subjects)) < 0.5, -1.0, 1.0)


def _shares(subjects: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every distinct row of arm numbers, the observed one first."""
    n = len(subjects)
    if len(sizes) == 1:
        yield (0,) * n
        return
    for first in combinations(range(n), sizes[0]):
        others = [place for place in range(n) if place not in first]
        for rest in _shares(tuple(others), sizes[1:]):
            row = [0] * n
            for place, arm in zip(others, rest, strict=True):
                row[place] = arm + 1
            yield tuple(row)


def _in_chunks(
    rows: Iterator[tuple[int, ...]], chunk: int, width: int
) -> Iterator[NDArray[np.int16]]:
    while block := list(islice(rows, chunk)):
        yield np.array(block, dtype=np.int16).reshape(-1, width)


def _chunk_sizes(n: int, chunk: int) -> Iterator[int]:
    for start in range(0, n, chunk):
        yield min(chunk, n - start)
