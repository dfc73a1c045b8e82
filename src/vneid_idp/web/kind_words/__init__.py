"""What pages say of each kind of binding: a file a kind, called as the kind is, of which portal and console read."""

from collections.abc import Mapping
from importlib import import_module

from vneid_idp.bindings.kinds import KINDS
from vneid_idp.web.kind_words.words import KindWords

KIND_WORDS: Mapping[str, KindWords] = {name: import_module(f"{__name__}.{name}").WORDS for name in KINDS}
"""By kind. One without its file does not start."""
