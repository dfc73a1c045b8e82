"""What pages say of each type of rich details: a file a type, called as the type is."""

from collections.abc import Mapping
from importlib import import_module

from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.web.detail_words.words import DetailWords

DETAIL_WORDS: Mapping[str, DetailWords] = {name: import_module(f"{__name__}.{name}").WORDS for name in DETAIL_TYPES}
"""By type. One without its file does not start."""


def words_of(name: str, *, for_child: bool) -> DetailWords:
    """How pages speak of a type, of the person who confirms it or of a child of theirs."""
    words = DETAIL_WORDS[name]
    return words.of_child or words if for_child else words


def words_of_detail(detail: Detail, *, for_child: bool) -> DetailWords:
    """How they speak of one detail."""
    words = words_of(detail["type"], for_child=for_child)
    return words.instead(detail) or words
