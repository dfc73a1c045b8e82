"""When two names agree: the rule of a match, and what may be said of a name that almost does.

Case, spaces and Unicode's ways of composing a letter are no difference. Neither is the place of a tone mark where
Vietnamese has two spellings: hoà and hòa, khoẻ and khỏe, thuý and thúy.
"""

import re
import unicodedata
from enum import StrEnum


class Likeness(StrEnum):
    """How two names relate."""

    EQUAL = "equal"
    DIACRITICS = "diacritics"
    """Equal without marks, đ written as d: another name, and often the same person typed without a Vietnamese keyboard.
    """
    NEAR = "near"
    """One letter more, less or another."""
    OTHER = "other"


_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below: huyền, sắc, ngã, hỏi, nặng."""
# Only where the syllable ends: before a consonant there is one spelling (hoàng).
_OLD_SPELLING = re.compile(rf"(o)([{_TONES}])([ae])(?![\w{_TONES}\u0302\u0306])|(u)([{_TONES}])(y)(?![\w{_TONES}])")


def likeness(one: str, other: str) -> Likeness:
    """How two full names relate. Symmetric."""
    left, right = normal(one), normal(other)
    if left == right:
        return Likeness.EQUAL
    if _without_marks(left) == _without_marks(right):
        return Likeness.DIACRITICS
    return Likeness.NEAR if _one_edit_away(left, right) else Likeness.OTHER


def agree(one: str, other: str) -> bool:
    """Whether `likeness` is `EQUAL`; of names that differ in nothing or in case alone at a tenth of the time. For
    registers, of which no row is answered for: how long a match takes must say nothing.
    """
    is_nfc = unicodedata.is_normalized
    # In another form than NFC case is not all that there is to see.
    if one.casefold() == other.casefold() and is_nfc("NFC", one) and is_nfc("NFC", other):
        return True
    return normal(one) == normal(other)


def normal(name: str) -> str:
    """The name in one case, form and spelling, with single spaces; good for other Vietnamese texts as well."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFC", " ".join(name.split())).casefold())
    moved = _OLD_SPELLING.sub(lambda found: "".join(found.group(1, 3, 2) if found[1] else found.group(4, 6, 5)), folded)
    return unicodedata.normalize("NFC", moved)


def _without_marks(name: str) -> str:
    bare = "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))
    return " ".join(bare.replace("đ", "d").split())


def _one_edit_away(left: str, right: str) -> bool:
    """Whether one letter put in, taken out or replaced makes one of the other."""
    shorter, longer = sorted((left, right), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shorter[same + (len(longer) == len(shorter)) :] == longer[same + 1 :]
