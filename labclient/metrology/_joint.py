"""How results are correlated that share some of their inputs (GUM F.1.2.3, H.2.3; JCGM 102:2011, 6.2)."""

from collections.abc import Sequence

import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Array, Numbers, finite
from labclient.words import message


def joint_correlation(
    contributions: Sequence[Numbers], u: Numbers, common: Sequence[bool], inputs: Array | None = None
) -> Array:
    """Correlation coefficients between m results, shape (m, m), by the law of propagation of first order.

    `contributions` are c·u of n inputs for each result, with their signs, shape (m, n), in any unit of that result; `u`
    the m combined standard uncertainties in the same units. Inputs marked `common` are one quantity for all results;
    the others are another quantity each time. `inputs` are the coefficients within one result, shape (n, n), without
    any the identity. An input that is not common but correlated with common ones shares with the other results what
    these say of it, R·R_cc⁻¹·R, and nothing more.

    Raises `DataUnfit` for numbers not finite, shapes that do not fit, or a u that is not positive.
    """
    parts = np.array([finite(one) for one in contributions])
    total, shared = finite(u), np.array(common, dtype=np.bool_)
    if parts.ndim != 2 or parts.shape != (total.size, shared.size) or not (total > 0).all():
        raise DataUnfit(message("Contributions, uncertainties and marks of the results do not fit together."))
    within = np.eye(shared.size) if inputs is None else np.asarray(inputs, dtype=np.float64)
    if within.shape != (shared.size, shared.size) or not np.isfinite(within).all():
        raise DataUnfit(message("Contributions, uncertainties and marks of the results do not fit together."))
    across = within[:, shared] @ np.linalg.pinv(within[np.ix_(shared, shared)]) @ within[shared]
    with np.errstate(over="ignore", invalid="ignore"):
        weighed = parts / total[:, None]
        r = weighed @ across @ weighed.T
    if not np.isfinite(r).all():
        raise DataUnfit(message("The components are too large to be combined."))
    r = np.clip(r, -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return (r + r.T) / 2
