"""How near two texts come: the metric of Jaro and Winkler, which CAMARA's KYC Match names.

M. A. Jaro, "Advances in record-linkage methodology" (1989), and W. E. Winkler, "String comparator metrics" (1990).
"""

_PREFIX = 4
"""So many letters at the beginning count more."""
_WEIGHT = 0.1


def similarity(one: str, other: str) -> float:
    """From 0, for texts that have nothing in common, to 1 for equal ones."""
    jaro = _jaro(one, other)
    prefix = 0
    for left, right in zip(one[:_PREFIX], other[:_PREFIX], strict=False):
        if left != right:
            break
        prefix += 1
    return jaro + prefix * _WEIGHT * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    if one == other:
        return 1.0
    left, right = _in_common(one, other)
    if not left:
        return 0.0
    common = len(left)
    transposed = sum(a != b for a, b in zip(left, right, strict=True)) / 2
    return (common / len(one) + common / len(other) + (common - transposed) / common) / 3


def _in_common(one: str, other: str) -> tuple[list[str], list[str]]:
    """The letters that both have near the same place, each of which counts once: in the order of the one, and of the
    other."""
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    found = []
    for at, letter in enumerate(one):
        for place in range(max(0, at - reach), min(len(other), at + reach + 1)):
            if not taken[place] and other[place] == letter:
                taken[place] = True
                found.append(letter)
                break
    return found, [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
