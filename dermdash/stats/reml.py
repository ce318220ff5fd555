"""Restricted maximum likelihood for repeated measures whose covariance is free (unstructured)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError

Floats = NDArray[np.float64]

MAX_STEPS = 200
CONVERGED = 1e-16  # Newton decrement: squared distance to the maximum in standard errors
SMALLEST_EIGENVALUE = 1e-7  # of the correlations; below it one visit is a copy of the others


@dataclass(frozen=True, slots=True)
class RemlFit:
    """A fitted model, y of subject i ~ N(X_i β, Σ restricted to the visits that were seen).

    d = m (m + 1) / 2 covariance parameters: the elements of Σ itself, lower triangle by rows.

    coefficients : (p,), generalised least squares
    coefficient_covariance : (p, p), (Σ_i X_i' V_i⁻¹ X_i)⁻¹, as if Σ were known
    covariance : (m, m), Σ
    minus_two_log_likelihood : restricted, with (N − p) log 2π and without log |X'X|, as SAS has it
    slopes : (d, p, p), the derivative of Σ_i X_i' V_i⁻¹ X_i by each covariance parameter
    roots : (d, n·m, p), C_i' E_r V_i⁻¹ X_i with C_i C_i' = V_i⁻¹; products of two sum to Q_rs
    expected_information, observed_information : (d, d), of the covariance parameters
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
    steps: int = 0


def fit_reml(y: Floats, design: Floats, seen: NDArray[np.bool_]) -> RemlFit:
    """Fit by Fisher scoring in the logarithmic Cholesky factor of Σ, which keeps Σ positive.

    y : (n, m), a row a subject and a column a visit; what was not seen is not read
    design : (n, m, p), of full column rank over the cells that were seen
    seen : (n, m)

    Raises TableError where the likelihood has no maximum inside (correlations of ±1).
    Source: Jennrich & Schluchter 1986, Biometrics 42:805; Lindstrom & Bates 1988, JASA 83:1014.
    """
    y = np.where(seen, y, 0.0)
    design = np.where(seen[:, :, None], design, 0.0)
    problem = _Problem(y, design, *_patterns(seen))
    factor = np.linalg.cholesky(_start(y, design, seen))
    now = _evaluate(problem, factor @ factor.T)
    damping = 0.0
    for step in range(1, MAX_STEPS + 1):
        jacobian = _by_log_cholesky(factor)
        score = jacobian.T @ now.score
        information = jacobian.T @ now.expected_information @ jacobian
        move = _solve(information + damping * np.diag(np.diag(information)), score)
        decrement = float(score @ move)
        if decrement < CONVERGED and damping == 0.0:
            _refuse_border(now)
            return _with_steps(now, step)
        trial_factor = _moved(factor, move)
        _refuse_copies(trial_factor)
        trial = _evaluate(problem, trial_factor @ trial_factor.T)
        rounding = 1e-11 * abs(now.minus_two_log_likelihood)
        if trial.minus_two_log_likelihood <= now.minus_two_log_likelihood + rounding:
            now, factor = trial, trial_factor
            damping = 0.0 if damping < 1e-2 else damping / 10
        else:
            damping = max(10 * damping, 1e-2)
    raise _no_covariance()


@dataclass(frozen=True, slots=True)
class _Problem:
    y: Floats
    design: Floats
    patterns: NDArray[np.bool_]
    pattern_of: NDArray[np.intp]
    counts: NDArray[np.intp]


def _patterns(
    seen: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    patterns, pattern_of, counts = np.unique(seen, axis=0, return_inverse=True, return_counts=True)
    return patterns, pattern_of.ravel(), counts


def _evaluate(problem: _Problem, covariance: Floats) -> RemlFit:
    m = len(covariance)
    n, p = len(problem.y), problem.design.shape[2]
    roots_by_pattern = np.zeros((len(problem.patterns), m, m))
    log_determinant = 0.0
    for root, visits, count in zip(roots_by_pattern, problem.patterns, problem.counts, strict=True):
        lower = np.linalg.cholesky(covariance[np.ix_(visits, visits)])
        root[np.ix_(visits, visits)] = np.linalg.inv(lower).T
        log_determinant += 2 * count * float(np.log(np.diag(lower)).sum())
    weights = roots_by_pattern @ roots_by_pattern.transpose(0, 2, 1)
    root, weight = roots_by_pattern[problem.pattern_of], weights[problem.pattern_of]

    weighted = weight @ problem.design
    precision = np.tensordot(problem.design, weighted, ((0, 1), (0, 1)))
    lower = np.linalg.cholesky(precision)
    root_phi = np.linalg.inv(lower).T
    phi = root_phi @ root_phi.T
    beta = phi @ np.tensordot(weighted, problem.y, ((0, 1), (0, 1)))
    residual = problem.y - problem.design @ beta
    scaled = np.einsum("nab,nb->na", weight, residual)
    n_seen = int((problem.patterns.sum(axis=1) * problem.counts).sum())

    basis = _basis(m)
    bent = np.einsum("rab,nbp->rnap", basis, weighted)
    roots = np.einsum("nba,rnbp->rnap", root, bent).reshape(len(basis), n * m, p)
    slopes = -np.tensordot(weighted, bent, ((0, 1), (1, 2))).transpose(1, 0, 2)
    turned = np.einsum("rab,nb->nra", basis, scaled)
    score = 0.5 * (
        np.einsum("nra,na->r", turned, scaled)
        - np.einsum("u,uab,rab->r", problem.counts, weights, basis)
        - np.einsum("pq,rpq->r", phi, slopes)
    )
    between = np.einsum("uba,rbc,ucd->urad", roots_by_pattern, basis, roots_by_pattern)
    between = np.sqrt(problem.counts)[:, None, None, None] * between
    halved = roots @ root_phi
    curved = root_phi.T @ slopes @ root_phi
    expected = 0.5 * (
        _products(between.transpose(1, 0, 2, 3)) - 2 * _products(halved) + _products(curved)
    )
    turned_roots = np.einsum("nba,nrb->rna", root, turned)
    turned_means = np.einsum("nap,nra->rp", weighted, turned) @ root_phi
    average = 0.5 * (_products(turned_roots) - _products(turned_means))
    return RemlFit(
        coefficients=beta,
        coefficient_covariance=phi,
        covariance=covariance,
        minus_two_log_likelihood=log_determinant
        + 2 * float(np.log(np.diag(lower)).sum())
        + float((residual * scaled).sum())
        + (n_seen - p) * float(np.log(2 * np.pi)),
        score=score,
        slopes=slopes,
        roots=roots,
        expected_information=expected,
        observed_information=2 * average - expected,
    )
