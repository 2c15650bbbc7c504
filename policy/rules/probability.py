"""The beta-binomial distribution: chances estimated from few previous observations."""

from __future__ import annotations

import math


def beta_binomial_tail(bad: int, total: int, *, prior_bad: float, prior_good: float) -> float:
    """The probability of at least ``bad`` failures in ``total`` trials, given the numbers observed before.

    https://en.wikipedia.org/wiki/Beta-binomial_distribution; ``prior_bad`` and ``prior_good`` must be
    positive.
    """
    normalisation = _log_beta(prior_bad, prior_good)
    logs = (
        _log_choose(total, n) + _log_beta(n + prior_bad, total - n + prior_good) - normalisation
        for n in range(bad, total + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(total: int, n: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(n + 1) - math.lgamma(total - n + 1)
