"""How far round-off can reach: the tolerance of a property test, counted and not tried out."""

import numpy as np

UNIT = np.finfo(np.float64).eps / 2
# NumPy's exp, log, expm1, log1p and power are right to 4 units in the last place, each at most
# twice the error of a rounding.
FUNCTION = 8


def rounded(times: float) -> float:
    """Return γ_n: what n roundings, one upon another, change at most, as a share of the result.

    Source: Higham, Accuracy and Stability of Numerical Algorithms, 2002, Lemma 3.1.
    """
    return times * UNIT / (1 - times * UNIT)
