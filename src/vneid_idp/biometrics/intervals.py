"""Clopper and Pearson's exact interval of a rate, and what follows from it about how large a sample has to be.

It takes every try as independent of the others. Comparisons of the same people are not, so an evaluation takes many
people rather than many comparisons of few (ISO/IEC 19795-1).
"""

import math
from collections.abc import Callable
from functools import partial

from scipy.special import betaincinv

from vneid_idp.biometrics.rules import CONFIDENCE, Rate

_TAIL = (1 - CONFIDENCE) / 2


def lower_bound(errors: int, of: int) -> float:
    """The least rate of which so many errors are no surprise."""
    return 0.0 if errors == 0 else float(betaincinv(errors, of - errors + 1, _TAIL))


def upper_bound(errors: int, of: int) -> float:
    """The greatest rate of which so few errors are no surprise."""
    return 1.0 if errors == of else float(betaincinv(errors + 1, of - errors, 1 - _TAIL))


def rate(errors: int, of: int) -> Rate:
    """The rate and its interval."""
    return Rate(errors, of, lower_bound(errors, of), upper_bound(errors, of))


def most_errors(bound: Callable[[int, int], float], of: int, limit: float) -> int:
    """The most errors of so many tries with which `bound` still stands below `limit`; -1 where not even none does."""
    low, high = -1, of
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if bound(middle, of) < limit else (low, middle - 1)
    return low


most_errors_shown = partial(most_errors, upper_bound)
"""With which a rate below the limit is shown."""
most_errors_possible = partial(most_errors, lower_bound)
"""With which a rate below the limit is possible."""


def fewest_without_error(limit: float) -> int:
    """How many tries without any error show a rate below `limit`: the rule of three, exactly."""
    return math.floor(math.log(_TAIL) / math.log1p(-limit)) + 1
