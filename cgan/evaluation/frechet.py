"""The Frechet distance between two sets of features, each treated as a normal distribution."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def frechet_distance(features: NDArray[Any], others: NDArray[Any]) -> float:
    """Return |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), m and S the means and covariances.

    Dowson and Landau, "The Fréchet distance between multivariate normal distributions", 1982;
    Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium", 2017 (arXiv:1706.08500), who call it FID when the features are Inception's.

    Args:
        features: (N, D), N at least 2.
        others: (M, D), M at least 2.

    Returns:
        0 for equal means and covariances; in squared units of the features.
    """
    mean, covariance = _moments(features)
    other_mean, other_covariance = _moments(others)
    # S1 S2 has the eigenvalues of S1^(1/2) S2 S1^(1/2), which is symmetric.
    root = _square_root(covariance)
    eigenvalues = np.linalg.eigvalsh(root @ other_covariance @ root)
    trace = np.trace(covariance) + np.trace(other_covariance)
    trace -= 2 * np.sqrt(np.maximum(eigenvalues, 0)).sum()
    # Rounding may make the result slightly negative.
    return max(0.0, float(np.square(mean - other_mean).sum() + trace))


def _moments(features: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean (D,) and the covariance (D, D)."""
    values = features.astype(np.float64)
    return values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False))


def _square_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (vectors * np.sqrt(np.maximum(eigenvalues, 0))) @ vectors.T
    return root
