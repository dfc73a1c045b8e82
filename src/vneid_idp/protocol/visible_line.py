"""Words of a relying party that stand on pages of ours: one line of characters that can be seen. Pure."""

import unicodedata

_MOST_MARKS = 3
"""How many combining marks may follow one another: more than any script needs would paint over what stands around."""
_UNSEEN = (
    0x034F,  # combining grapheme joiner
    *range(0x115F, 0x1161),  # Hangul fillers
    *range(0x17B4, 0x17B6),  # Khmer vowels that are not written
    *range(0x180B, 0x1810),  # Mongolian variation selectors
    0x2800,  # a Braille cell without a dot
    0x3164,  # Hangul filler
    *range(0xFE00, 0xFE10),  # variation selectors
    0xFFA0,  # Hangul filler of half width
    *range(0xE0100, 0xE01F0),  # variation selectors
)
"""Letters, marks and signs by category, of which nothing is to be seen: of Default_Ignorable_Code_Point (Unicode
Standard Annex #44) what is neither of the category Cf nor unassigned, and one more."""
_HIDDEN = frozenset(map(chr, _UNSEEN))


def visible_line(text: str, longest: int) -> str | None:
    """The text in normal form (NFC) with plain spaces, or `None` where it is no line of at most `longest` characters.

    Nothing in it breaks the line, hides, or turns the direction of what follows; it has a letter or a digit, and
    neither begins nor ends with a space.
    """
    normal = unicodedata.normalize("NFC", text)
    line = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in normal)
    kinds = "".join(unicodedata.category(sign)[0] for sign in line)
    seen = len(line) <= longest and line.isprintable() and line == line.strip() and _HIDDEN.isdisjoint(line)
    if not seen or "M" * (_MOST_MARKS + 1) in kinds or not {"L", "N"}.intersection(kinds):
        return None
    return line
