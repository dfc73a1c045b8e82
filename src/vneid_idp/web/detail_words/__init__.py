"""What pages say of each type of rich details: a file a type, called as the type is."""

from collections.abc import Mapping
from importlib import import_module

from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.web.detail_words.words import DetailWords

DETAIL_WORDS: Mapping[str, DetailWords] = {name: import_module(f"{__name__}.{name}").WORDS for name in DETAIL_TYPES}
"""By type. One without its file does not start."""
