"""Variance components within and between subjects, by restricted maximum likelihood.

y = X β + Σ_j Z_j u_j + e, with u_j of variance θ_j for each cell of factor j within a subject and e
of variance θ_last. Where the design is balanced and no variance falls on 0, the estimates are those
of the analysis of variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError

MAX_STEPS = 500


@dataclass(frozen=True, slots=True)
class Components:
    """Variances with their covariance.

    variances : (k,), at least 0; the last is that of the residual
    covariance : (k, k) of the estimates: twice the inverse of tr(P V_i P V_j), the information
        expected where no bound is in the way
    """

    variances: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fit_components(
    y: NDArray[np.float64],
    fixed: NDArray[np.float64],
    factors: Sequence[NDArray[np.intp]],
    subject: NDArray[np.intp],
) -> Components:
    """Maximise the restricted likelihood by scoring, each variance at least 0.

    y : (n,)
    fixed : (n, p) design of the means, of full rank
    factors : of (n,) cell numbers, each cell within one subject
    subject : (n,) numbers from 0

    Raises TableError where the design cannot tell the variances apart, or nothing converges.
    """
    from scipy.optimize import nnls

    scale = float(np.var(y))
    blocks = _blocks(y / np.sqrt(scale), fixed, factors, subject)
    theta = np.full(len(factors) + 1, 1 / (len(factors) + 1))
    _check_told_apart(_equations(blocks, theta)[0])
    for step in range(MAX_STEPS):
        information, right = _equations(blocks, theta)
        diagonal = np.sqrt(np.diag(information))
        root = np.linalg.cholesky(information / np.outer(diagonal, diagonal))
        target, _ = nnls(root.T, np.linalg.solve(root, right / diagonal), maxiter=1000)
        target = target / diagonal
        if np.abs(target - theta).max() <= 1e-11 * theta.max():
            break
        theta = target if step < 100 else (theta + target) / 2
        theta[-1] = max(theta[-1], 1e-10 * theta.max())
    else:
        raise TableError(f"The variances did not settle in {MAX_STEPS} steps; check for outliers")
    covariance = 2 * np.linalg.inv(_equations(blocks, theta)[0])
    return Components(theta * scale, np.asarray(covariance * scale**2, float))


def _check_told_apart(information: NDArray[np.float64]) -> None:
    diagonal = np.sqrt(np.maximum(np.diag(information), 0))
    if diagonal.min() > 1e-6 * diagonal.max():
        correlation = information / np.outer(diagonal, diagonal)
        if np.linalg.eigvalsh(correlation)[0] > 1e-9:
            return
    raise TableError(
        "The repeats cannot tell the sources of variation apart; "
        "leave out visit, site or group, or repeat scans within them"
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """One subject: y, X and the cells of each factor as 0/1 matrices (cells, n), last identity."""

    y: NDArray[np.float64]
    x: NDArray[np.float64]
    cells: tuple[NDArray[np.float64], ...]


def _blocks(
    y: NDArray[np.float64],
    fixed: NDArray[np.float64],
    factors: Sequence[NDArray[np.intp]],
    subject: NDArray[np.intp],
) -> list[_Block]:
    blocks = []
    for one in range(subject.max() + 1):
        rows = np.flatnonzero(subject == one)
        cells = [(np.unique(f[rows])[:, None] == f[rows]).astype(float) for f in factors]
        blocks.append(_Block(y[rows], fixed[rows], (*cells, np.eye(len(rows)))))
    return blocks


def _equations(
    blocks: list[_Block], theta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """tr(P V_i P V_j) and y' P V_i P y, with P = V⁻¹ − V⁻¹ X (X' V⁻¹ X)⁻¹ X' V⁻¹."""
    k, p = len(theta), blocks[0].x.shape[1]
    inverses = [
        np.linalg.inv(sum(t * c.T @ c for t, c in zip(theta, b.cells, strict=True))) for b in blocks
    ]
    xvx = sum(b.x.T @ v @ b.x for b, v in zip(blocks, inverses, strict=True))
    xvy = sum(b.x.T @ v @ b.y for b, v in zip(blocks, inverses, strict=True))
    spread = np.linalg.inv(xvx)
    beta = spread @ xvy
    traces, right = np.zeros((k, k)), np.zeros(k)
    once = np.zeros((k, p, p))
    for block, inverse in zip(blocks, inverses, strict=True):
        left = [c @ inverse for c in block.cells]
        on_x = [part @ block.x for part in left]
        right += [np.square(part @ (block.y - block.x @ beta)).sum() for part in left]
        for i in range(k):
            once[i] += on_x[i].T @ on_x[i]
            for j in range(i + 1):
                between = left[i] @ block.cells[j].T
                twice = on_x[i].T @ between @ on_x[j]
                traces[i, j] += np.square(between).sum() - 2 * np.trace(spread @ twice)
    for i in range(k):
        for j in range(i + 1):
            traces[i, j] += np.trace(spread @ once[i] @ spread @ once[j])
            traces[j, i] = traces[i, j]
    return traces, right
