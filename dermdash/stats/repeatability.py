"""How well a score repeats: variance components, ICC and smallest detectable change.

Repeated scans are exchangeable, so the ICC is (1,1) of Shrout and Fleiss (1979), from a one-way or
nested random model; (2,1) and (3,1) are for raters or devices that have names.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dermdash.errors import TableError
from dermdash.stats.findings import Effect
from dermdash.stats.variance import Components, fit_components
from dermdash.stats.variance_intervals import (
    Difference,
    difference_interval,
    share_interval,
    sum_interval,
)

Z = 1.959963984540054  # two-sided 95 %: what is said to be detectable is beyond chance's 95 %
STABLE = ("subject", "site")  # what two scans of one place on one subject share
RANK = {"subject": 0, "site": 1, "visit": 1, "visit x site": 2}  # the residual is the finest


@dataclass(frozen=True, slots=True)
class Component:
    """One source of variation.

    source : ``subject``, ``site`` (places on a subject, the same at all visits), ``visit`` (visits
        of a subject), ``visit x site`` or ``replicate``; joined by `` + `` where the design has
        one scan for both, so that they cannot be told apart
    variance : of the score; 0 where the others explain all
    ci_low, ci_high : exact for ``replicate`` of a balanced design, else of the modified large
        sample method (Ting et al. 1990)
    share : of the variance of a single scan
    """

    source: str
    variance: float
    ci_low: float
    ci_high: float
    share: float


@dataclass(frozen=True, slots=True)
class Repeatability:
    """What a difference between two scans of the same place on the same subject is worth.

    over : what the repeats differ in; ``visits``, or only ``replicates`` of a session, or ``sites``
    icc : ``icc_1_1``, the share of a scan's variance that is not error; below 0 where repeats
        differ more than subjects
    sem : ``sem``, standard error of measurement, in units of the score
    sdc : ``sdc``, smallest detectable change of one subject, 1.96 √2 sem; the mean of k subjects
        has 1 / √k of it
    method : ``anova``, exact closed forms of a balanced one-way design, or ``reml``
    warnings : what the design could not show, one sentence each
    """

    over: Literal["visits", "replicates", "sites"]
    components: tuple[Component, ...]
    icc: Effect
    sem: Effect
    sdc: Effect
    n_subjects: int
    n_scans: int
    method: Literal["anova", "reml"]
    warnings: tuple[str, ...]


def repeatability(
    y: ArrayLike,
    subject: ArrayLike,
    *,
    visit: ArrayLike | None = None,
    site: ArrayLike | None = None,
    group: ArrayLike | None = None,
    alpha: float = 0.05,
) -> Repeatability:
    """Split the variance of scores by subject, site, visit and replicate.

    y : (n,) one score a scan; two scans in one cell of subject, visit and site are replicates
    subject, visit, site : (n,) labels; give visits only where nothing was done between them
    group : (n,) labels whose means are taken out first, such as the arm (with it the ICC is that
        of subjects within an arm)

    Two visits differ by visit and replicate, not by site: these make up the error. Its interval is
    chi-square's with Satterthwaite's degrees of freedom, the ICC's is F's with those of both parts;
    for a balanced one-way design both are exact (Shrout & Fleiss 1979).

    >>> found = repeatability([2.0, 2.2, 3.0, 3.1, 1.5, 1.4], ["a", "a", "b", "b", "c", "c"])
    >>> round(found.icc.value, 3), round(found.sem.value, 3), round(found.sdc.value, 3)
    (0.985, 0.1, 0.277)

    Raises TableError for missing or constant scores, fewer than two subjects, no repeats, repeats
    that are all alike, or a design that cannot tell the sources apart.
    """
    scores = np.asarray(y, float)
    labels = {"subject": subject, "site": site, "visit": visit, "group": group}
    codes = {name: _codes(name, v, len(scores)) for name, v in labels.items() if v is not None}
    _check(scores, codes["subject"], alpha)
    factors, residual = _sources(codes, len(scores))
    _check_not_alike(scores, list(factors.values())[-1])
    fixed = np.eye(codes["group"].max() + 1)[codes["group"]] if group is not None else None
    counts = np.bincount(codes["subject"])
    closed = len(factors) == 1 and fixed is None and len(set(counts)) == 1
    if closed:
        fit = _one_way(scores, codes["subject"], int(counts[0]))
    else:
        design = np.ones((len(scores), 1)) if fixed is None else fixed
        fit = fit_components(
            scores - scores.mean(), design, tuple(factors.values()), codes["subject"]
        )
    names = (*factors, residual)
    error = np.array([name not in STABLE for name in names])
    difference = Difference.of(fit, ~error, error)
    level = 1 - alpha
    icc = difference.value / (difference.value + difference.noise)
    width = Z * 2**0.5
    low, high = sum_interval(difference.noise, difference.noise_variance, alpha)
    sem = (difference.noise**0.5, low**0.5, high**0.5)
    return Repeatability(
        over=_over(names, error),
        components=_components(names, fit, alpha),
        icc=_effect("icc_1_1", (icc, *share_interval(difference, alpha)), level),
        sem=_effect("sem", sem, level),
        sdc=_effect("sdc", (width * sem[0], width * sem[1], width * sem[2]), level),
        n_subjects=len(counts),
        n_scans=len(scores),
        method="anova" if closed else "reml",
        warnings=_warnings(names, fit, error, int((counts == 1).sum())),
    )


def _effect(name: str, numbers: tuple[float, float, float], level: float) -> Effect:
    value, low, high = numbers
    return Effect(name, value, low, high, level)


def _codes(name: str, labels: ArrayLike, n: int) -> NDArray[np.intp]:
    import pandas as pd

    values = np.asarray(labels, object)
    if values.shape != (n,):
        raise TableError(f"{name} has {values.size} labels for {n} scores; give one a score")
    if pd.isna(values).any():
        raise TableError(f"{name} is missing for a score; fill it in or leave the score out")
    numbers = {value: i for i, value in enumerate(dict.fromkeys(values.tolist()))}
    return np.array([numbers[value] for value in values], np.intp)


def _check(y: NDArray[np.float64], subject: NDArray[np.intp], alpha: float) -> None:
    counts = np.bincount(subject) if len(y) else np.zeros(0, int)
    if not 0 < alpha < 1:
        raise TableError(f"alpha={alpha} is no error rate; give one between 0 and 1")
    if y.ndim != 1 or not np.isfinite(y).all():
        raise TableError("A score is missing or not a number; leave its scan out")
    if len(counts) < 2:
        raise TableError(f"{len(counts)} subject cannot show repeatability; give two or more")
    if counts.max() < 2:
        raise TableError("No subject was scanned twice; repeatability needs repeated scans")
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise TableError(f"All scores are {y[0]:g}; nothing can be said of constant scores")


def _check_not_alike(y: NDArray[np.float64], cells: NDArray[np.intp]) -> None:
    means = np.bincount(cells, y) / np.bincount(cells)
    if float(np.square(y - means[cells]).sum()) <= 1e-20 * float(np.square(y - y.mean()).sum()):
        raise TableError(
            "Repeated scans have scores that are all alike; check that no file was stored twice"
        )


def _sources(codes: dict[str, NDArray[np.intp]], n: int) -> tuple[dict[str, NDArray[np.intp]], str]:
    """Factors that hold several scans a cell, and the name of what is left to the residual."""
    subject = codes["subject"]
    cells: dict[str, NDArray[np.intp]] = {
        name: _crossed(subject, codes[name]) for name in ("site", "visit") if name in codes
    }
    if len(cells) == 2:
        both = _crossed(cells["site"], codes["visit"])
        if both.max() not in (cells["site"].max(), cells["visit"].max()):
            cells["visit x site"] = both
    varied = {name: c for name, c in cells.items() if c.max() > subject.max()}
    alone = [name for name, c in varied.items() if c.max() + 1 == n]
    held = {name: c for name, c in varied.items() if c.max() + 1 < n}
    return {"subject": subject, **held}, " + ".join([*alone, "replicate"])


def _crossed(a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.intp]:
    crossed = np.unique(a * (int(b.max()) + 1) + b, return_inverse=True)[1]
    return np.asarray(crossed, np.intp)


def _one_way(y: NDArray[np.float64], subject: NDArray[np.intp], k: int) -> Components:
    """Mean squares of n subjects with k scans each; the first variance may fall below 0."""
    rows = y[np.argsort(subject, kind="stable")].reshape(-1, k)
    n = len(rows)
    among = float(rows.mean(axis=1).var(ddof=1))
    within = float(np.square(rows - rows.mean(axis=1, keepdims=True)).sum()) / (n * (k - 1))
    noise = 2 * within**2 / (n * (k - 1))
    spread = 2 * among**2 / (n - 1) + noise / k**2
    covariance = np.array([[spread, -noise / k], [-noise / k, noise]])
    return Components(np.array([among - within / k, within]), covariance)


def _components(names: tuple[str, ...], fit: Components, alpha: float) -> tuple[Component, ...]:
    positive = np.maximum(fit.variances, 0)
    last = len(names) - 1
    rank = np.array([RANK.get(name, 3) for name in names])
    found = []
    for i, name in enumerate(names):
        difference = Difference.of(fit, np.arange(len(names)) == i, rank > rank[i])
        if i == last:
            ci = sum_interval(difference.value, difference.value_variance, alpha)
        else:
            ci = difference_interval(difference, alpha)
        share = float(positive[i] / positive.sum())
        found.append(Component(name, float(positive[i]), *ci, share))
    return tuple(found)


def _over(
    names: tuple[str, ...], error: NDArray[np.bool_]
) -> Literal["visits", "replicates", "sites"]:
    varied = " ".join(name for name, wrong in zip(names, error, strict=True) if wrong)
    if "visit" in varied:
        return "visits"
    return "sites" if "site" in varied else "replicates"


def _warnings(
    names: tuple[str, ...], fit: Components, error: NDArray[np.bool_], single: int
) -> tuple[str, ...]:
    over, found = _over(names, error), []
    if over == "replicates":
        found.append(
            "Scans were repeated within a visit only: from visit to visit the error is larger."
        )
    if over == "sites":
        found.append(
            "Scans were repeated at other sites only: the error holds the difference of sites."
        )
    if names[-1] != "replicate":
        found.append(
            "No scan was repeated within a visit and site: replicates are missing, and their part "
            "of the error cannot be told apart."
        )
    found += [
        f"The variance of {name} is estimated as 0."
        for name, value in zip(names, fit.variances, strict=True)
        if value <= 0
    ]
    if single:
        have = "subject has" if single == 1 else "subjects have"
        found.append(f"{single} {have} one scan only, which says nothing of the error.")
    return tuple(found)
