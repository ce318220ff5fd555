"""Independent arms: false positives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.simulations.scenario import (
    AT_MOST,
    EXACT,
    Outcome,
    Promise,
    Scenario,
    attempt,
)
from benchmarks.simulations.scores import Draw, N, normal, outlying, skewed
from dermdash.stats import arms as tests
from dermdash.stats.findings import Contrast

SECTION = "Independent arms, nothing differs"
THREE, TWO = (N, N, N), (N, N)
ALIKE = (1.0, 1.0, 1.0)
MANN_WHITNEY = Promise(0.0449, why="what exact ranks of 12 and 12 can reach")


def scenarios() -> tuple[Scenario, ...]:
    """Three arms and two, with their assumptions and without."""
    whole = {"anova": EXACT, "welch_anova": EXACT, "kruskal_wallis": AT_MOST}
    pairs = {"tukey_hsd": EXACT, "dunnett": EXACT, "games_howell": EXACT, "dunn_holm": AT_MOST}
    two = {"t_test": EXACT, "welch_t_test": EXACT, "mann_whitney": MANN_WHITNEY}
    of_means = ("anova", "tukey_hsd", "dunnett", "t_test")
    no_welch = ("welch_anova", "games_howell", "welch_t_test")
    ranks = ("kruskal_wallis", "dunn_holm", "mann_whitney")
    cases: Sequence[tuple[str, str, tuple[int, ...], tuple[float, ...], Draw, Sequence[str]]] = (
        ("equal", "normal, equal SDs", THREE, ALIKE, normal, ()),
        ("sds", "normal, SDs 1, 1, 2", THREE, (1, 1, 2), normal, (*of_means, *ranks)),
        (
            "small-varies",
            "normal, SDs 1, 1, 2, n 16, 12, 8",
            (16, 12, 8),
            (1, 1, 2),
            normal,
            (*of_means, *ranks),
        ),
        (
            "large-varies",
            "normal, SDs 2, 1, 1, n 16, 12, 8",
            (16, 12, 8),
            (2, 1, 1),
            normal,
            (*of_means, *ranks),
        ),
        ("skewed", "exponential", THREE, ALIKE, skewed, (*of_means, *no_welch)),
        ("outliers", "one in 20 is 5 SDs off", THREE, ALIKE, outlying, (*of_means, *no_welch)),
    )
    made = []
    for name, words, sizes, sds, draw, broken in cases:
        ours = partial(_promises, broken)
        n = f"3 × {N}, " if sizes == THREE else "3 arms, "
        drawing = partial(_draw, draw, sizes, sds)
        made += [
            Scenario(
                f"arms-{name}", SECTION, n + words, 10_000, partial(_whole, drawing), ours(whole)
            ),
            Scenario(
                f"pairs-{name}",
                SECTION,
                n + words,
                3_000 if name == "equal" else 1_000,
                partial(_pairs, drawing),
                ours(pairs),
            ),
        ]
    for name, words, sizes, sds, draw, broken in (
        ("equal", f"2 × {N}, normal, equal SDs", TWO, ALIKE[:2], normal, ()),
        ("uneven", "normal, SDs 1, 2, n 16, 8", (16, 8), (1, 2), normal, (*of_means, *ranks)),
        ("skewed", f"2 × {N}, exponential", TWO, ALIKE[:2], skewed, (*of_means, *no_welch)),
        (
            "outliers",
            f"2 × {N}, one in 20 is 5 SDs off",
            TWO,
            ALIKE[:2],
            outlying,
            (*of_means, *no_welch),
        ),
    ):
        drawing = partial(_draw, draw, sizes, sds)
        promises = _promises(broken, two)
        made.append(
            Scenario(
                f"two-{name}",
                SECTION,
                words,
                4_000 if broken else 10_000,
                partial(_two, drawing),
                promises,
            )
        )
    return tuple(made)


def any_of(contrasts: Sequence[Contrast]) -> bool:
    """Whether one of the contrasts is found, adjusted over all."""
    return any(contrast.p_adjusted < 0.05 for contrast in contrasts)


def _promises(broken: Sequence[str], promises: Mapping[str, Promise]) -> dict[str, Promise]:
    return {
        path: replace(promise, side="none", rate=0.05, why="") if path in broken else promise
        for path, promise in promises.items()
    }


def _draw(
    draw: Draw, sizes: Sequence[int], sds: Sequence[float], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    return {
        name: 2.2 + 0.35 * sd * draw(rng, (n,))
        for name, n, sd in zip("abc", sizes, sds, strict=False)
    }


def _whole(drawing: partial, rng: np.random.Generator) -> dict[str, Outcome]:
    groups = drawing(rng)
    return {
        test.__name__: attempt(lambda test=test: test(groups).p < 0.05)
        for test in (tests.anova, tests.welch_anova, tests.kruskal_wallis)
    }


def _pairs(drawing: partial, rng: np.random.Generator) -> dict[str, Outcome]:
    groups = drawing(rng)
    return {
        "tukey_hsd": attempt(lambda: any_of(tests.tukey_hsd(groups))),
        "dunnett": attempt(lambda: any_of(tests.dunnett(groups, control="c"))),
        "games_howell": attempt(lambda: any_of(tests.games_howell(groups))),
        "dunn_holm": attempt(lambda: any_of(tests.dunn_holm(groups))),
    }


def _two(drawing: partial, rng: np.random.Generator) -> dict[str, Outcome]:
    groups = drawing(rng)
    return {
        test.__name__: attempt(lambda test=test: test(groups).p < 0.05)
        for test in (tests.t_test, tests.welch_t_test, tests.mann_whitney)
    }
