"""Restricted maximum likelihood for repeated measures whose covariance is free (unstructured)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError

Floats = NDArray[np.floating[Any]]

MAX_STEPS = 200
CONVERGED = 1e-18  # squared distance to the maximum, in standard errors
BORDER = 1e-6  # the same, in the elements of the covariance
SMALLEST_EIGENVALUE = 1e-8  # of the correlations; below it a visit is a sum of others


@dataclass(frozen=True, slots=True)
class RemlFit:
    """A fitted model: y of subject i ~ N(X_i β, V_i), V_i being Σ at the visits that were seen.

    The d = m (m + 1) / 2 covariance parameters are the elements of Σ, lower triangle by rows.

    coefficients : (p,), generalised least squares
    coefficient_covariance : (p, p), (Σ_i X_i' V_i⁻¹ X_i)⁻¹, as if Σ were known
    covariance : (m, m), Σ
    minus_two_log_likelihood : restricted, with (N − p) log 2π and without log |X'X|, as in SAS
    score : (d,), derivative of the restricted log-likelihood; 0 at its maximum
    slopes : (d, p, p), derivatives of Σ_i X_i' V_i⁻¹ X_i
    roots : (d, n·m, p), C_i' (∂V_i) V_i⁻¹ X_i with C_i C_i' = V_i⁻¹; their products are Kenward
        and Roger's Q
    expected_information, observed_information : (d, d), of the restricted likelihood
    """

    coefficients: Floats
    coefficient_covariance: Floats
    covariance: Floats
    minus_two_log_likelihood: float
    score: Floats
    slopes: Floats
    roots: Floats
    expected_information: Floats
    observed_information: Floats


def fit_reml(y: Floats, design: Floats, seen: NDArray[np.bool_]) -> RemlFit:
    """Fit by damped Newton steps in the logarithmic Cholesky factor of Σ, which keeps Σ positive.

    y : (n, m), a row a subject and a column a visit; what was not seen is not read
    design : (n, m, p), of full column rank over the cells that were seen
    seen : (n, m)

    Raises TableError where the likelihood has no maximum inside (correlations of ±1).
    Source: Jennrich & Schluchter 1986, Biometrics 42:805; Pinheiro & Bates 1996, Stat Comput 6:289.
    """
    problem = _Problem.of(y, design, seen)
    factor = np.linalg.cholesky(_start(problem, seen))
    now = _evaluate(problem, factor @ factor.T)
    damping = 0.0
    for _ in range(MAX_STEPS):
        jacobian = _by_log_cholesky(factor)
        score = jacobian.T @ now.score
        information = _curvature(factor, jacobian, now)
        move = np.linalg.solve(information + damping * np.diag(np.diag(information)), score)
        if damping == 0.0 and score @ move < CONVERGED:
            return _inside(now)
        candidate = _moved(factor, move)
        trial = _evaluate(problem, candidate @ candidate.T)
        rounding = 1e-11 * abs(now.minus_two_log_likelihood)
        if trial.minus_two_log_likelihood <= now.minus_two_log_likelihood + rounding:
            now, factor = trial, candidate
            damping = 0.0 if damping < 0.01 else damping / 10
        else:
            damping = max(10 * damping, 0.01)
    raise _no_maximum()


def _curvature(factor: Floats, jacobian: Floats, fit: RemlFit) -> Floats:
    """Minus the second derivatives by the logarithmic factor, so that steps are Newton's.

    Where they are not positive, far from the maximum, the expected information (Fisher scoring).
    """
    rows, columns = np.tril_indices(len(factor))
    pull = np.zeros_like(factor)
    pull[rows, columns] = fit.score / 2
    pull += pull.T
    rate = np.where(rows == columns, factor[rows, columns], 1.0)
    bend = 2 * np.outer(rate, rate) * pull[np.ix_(rows, rows)] * (columns[:, None] == columns)
    bend += np.diag(np.where(rows == columns, 2 * rate * (pull @ factor)[rows, columns], 0.0))
    newton = np.asarray(jacobian.T @ fit.observed_information @ jacobian - bend)
    if _positive(newton):
        return newton
    return np.asarray(jacobian.T @ fit.expected_information @ jacobian)


def _inside(fit: RemlFit) -> RemlFit:
    """The fit, unless it stopped at the border, where no degrees of freedom can be had."""
    if not (_positive(fit.expected_information) and _positive(fit.observed_information)):
        raise _no_maximum()
    if fit.score @ np.linalg.solve(fit.expected_information, fit.score) > BORDER:
        raise _no_maximum()
    return fit


def _positive(information: Floats) -> bool:
    variances = np.diag(information)
    if not (np.isfinite(information).all() and (variances > 0).all()):
        return False
    sd = np.sqrt(variances)
    return bool(np.linalg.eigvalsh(information / np.outer(sd, sd))[0] > 1e-10)


@dataclass(frozen=True, slots=True)
class _Problem:
    """y (n, m) and design (n, m, p) with zeros where nothing was seen; subjects by pattern."""

    y: Floats
    design: Floats
    patterns: NDArray[np.bool_]
    pattern_of: NDArray[np.intp]
    counts: NDArray[np.intp]

    @classmethod
    def of(cls, y: Floats, design: Floats, seen: NDArray[np.bool_]) -> "_Problem":
        patterns, pattern_of, counts = np.unique(
            seen, axis=0, return_inverse=True, return_counts=True
        )
        return cls(
            np.where(seen, y, 0.0),
            np.where(seen[:, :, None], design, 0.0),
            patterns,
            pattern_of.ravel(),
            counts,
        )


def _evaluate(problem: _Problem, covariance: Floats) -> RemlFit:
    y, design = problem.y, problem.design
    n, m, p = design.shape
    roots_of, log_determinant = _root_weights(problem, covariance)
    root = roots_of[problem.pattern_of]
    weighted = root @ (root.transpose(0, 2, 1) @ design)

    lower = np.linalg.cholesky(np.tensordot(design, weighted, ((0, 1), (0, 1))))
    root_phi = np.linalg.inv(lower).T
    beta = root_phi @ (root_phi.T @ np.tensordot(weighted, y, ((0, 1), (0, 1))))
    residual = y - design @ beta
    scaled = np.einsum("nac,nbc,nb->na", root, root, residual)
    n_seen = problem.counts @ problem.patterns.sum(axis=1)

    basis = _basis(m)
    bent = np.einsum("rab,nbp->rnap", basis, weighted)
    slopes = -np.tensordot(weighted, bent, ((0, 1), (1, 2))).transpose(1, 0, 2)
    roots = (root.transpose(0, 2, 1) @ bent).reshape(len(basis), n * m, p)
    blocks = roots_of.transpose(0, 2, 1) @ basis[:, None] @ roots_of
    blocks *= np.sqrt(problem.counts)[:, None, None]
    curved = root_phi.T @ slopes @ root_phi
    expected = (_products(blocks) - 2 * _products(roots @ root_phi) + _products(curved)) / 2
    turned = np.einsum("rab,nb->rna", basis, scaled)
    average = (
        _products(np.einsum("nba,rnb->rna", root, turned))
        - _products(np.tensordot(turned, weighted, ((1, 2), (0, 1))) @ root_phi)
    ) / 2
    traces = np.einsum("u,uac,ubc,rab->r", problem.counts, roots_of, roots_of, basis)
    return RemlFit(
        coefficients=beta,
        coefficient_covariance=root_phi @ root_phi.T,
        covariance=covariance,
        minus_two_log_likelihood=float(
            log_determinant
            + 2 * np.log(np.diag(lower)).sum()
            + (residual * scaled).sum()
            + (n_seen - p) * np.log(2 * np.pi)
        ),
        score=(np.einsum("rna,na->r", turned, scaled) - traces - np.trace(curved, axis1=1, axis2=2))
        / 2,
        slopes=slopes,
        roots=roots,
        expected_information=expected,
        observed_information=2 * average - expected,
    )


def _root_weights(problem: _Problem, covariance: Floats) -> tuple[Floats, float]:
    """C with C C' = V⁻¹ by pattern, zeros where nothing was seen, and log |V| over subjects."""
    _refuse_copies(covariance)
    roots = np.zeros((len(problem.patterns), *covariance.shape))
    log_determinant = 0.0
    for root, visits, count in zip(roots, problem.patterns, problem.counts, strict=True):
        cells = np.ix_(visits, visits)
        lower = np.linalg.cholesky(covariance[cells])
        root[cells] = np.linalg.inv(lower).T
        log_determinant += 2 * int(count) * float(np.log(np.diag(lower)).sum())
    return roots, log_determinant


def _products(parts: Floats) -> Floats:
    """Inner product of each part with each: parts (d, ...) -> (d, d)."""
    flat = parts.reshape(len(parts), -1)
    return np.asarray(flat @ flat.T.copy())  # A @ A.T itself would wake every core


def _basis(m: int) -> Floats:
    """(d, m, m): the derivative of Σ by each element of its lower triangle."""
    rows, columns = np.tril_indices(m)
    basis = np.zeros((len(rows), m, m))
    basis[np.arange(len(rows)), rows, columns] = 1.0
    basis[np.arange(len(rows)), columns, rows] = 1.0
    return basis


def _by_log_cholesky(factor: Floats) -> Floats:
    """(d, d): the derivative of Σ = L L' by L, whose diagonal is counted in logarithms."""
    rows, columns = np.tril_indices(len(factor))
    steps = np.zeros((len(rows), *factor.shape))
    steps[np.arange(len(rows)), rows, columns] = np.where(
        rows == columns, factor[rows, columns], 1.0
    )
    half = steps @ factor.T
    return np.asarray((half + half.transpose(0, 2, 1))[:, rows, columns].T)


def _moved(factor: Floats, move: Floats) -> Floats:
    rows, columns = np.tril_indices(len(factor))
    moved = factor.copy()
    diagonal = rows == columns
    largest = max(1.0, float(np.abs(move[diagonal]).max()) / 2.0)
    move = move / largest
    moved[rows[~diagonal], columns[~diagonal]] += move[~diagonal]
    moved[rows[diagonal], columns[diagonal]] *= np.exp(move[diagonal])
    return moved


def _start(problem: _Problem, seen: NDArray[np.bool_]) -> Floats:
    """Covariance of the ordinary residuals, correlations halved until it is well positive."""
    design = problem.design.reshape(-1, problem.design.shape[2])
    beta = np.linalg.lstsq(design, problem.y.ravel(), rcond=None)[0]
    residual = problem.y - problem.design @ beta
    together = seen.T.astype(np.float64) @ seen
    start = residual.T @ residual / np.maximum(together, 1.0)
    while _smallest_eigenvalue(start) < 0.01:
        start = (start + np.diag(np.diag(start))) / 2
    return np.asarray(start)


def _smallest_eigenvalue(covariance: Floats) -> float:
    """Of the correlations."""
    variances = np.diag(covariance)
    if not (np.isfinite(covariance).all() and (variances > 0).all()):
        return 0.0
    sd = np.sqrt(variances)
    return float(np.linalg.eigvalsh(covariance / np.outer(sd, sd))[0])


def _refuse_copies(covariance: Floats) -> None:
    if not _smallest_eigenvalue(covariance) > SMALLEST_EIGENVALUE:
        raise _no_maximum()


def _no_maximum() -> TableError:
    return TableError(
        "The covariance of the visits cannot be estimated from so few subjects seen together; "
        "compare the planned visit by ANCOVA of the subjects who have it, or leave out a visit"
    )
