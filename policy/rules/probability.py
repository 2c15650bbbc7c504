"""How likely is it? The beta-binomial law: it knows how little few observations say."""

from __future__ import annotations

import math


def beta_binomial_tail(bad: int, of: int, *, known_bad: float, known_good: float) -> float:
    """The chance of ``bad`` or more bad ones of ``of``, where so many bad and good ones were seen before.

    https://en.wikipedia.org/wiki/Beta-binomial_distribution; both must be greater than 0.
    """
    whole = _log_beta(known_bad, known_good)
    logs = (
        _log_choose(of, n) + _log_beta(n + known_bad, of - n + known_good) - whole for n in range(bad, of + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _log_choose(of: int, n: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1)
