"""What pages say of a type of rich details (RFC 9396)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.web.claim_words import Say


@dataclass(frozen=True, slots=True)
class DetailWords:
    """How pages speak of one type. The words in brackets are what a message is told."""

    heading: str
    """What is asked (`service`), where nothing else of the kind is."""
    sentence: str
    """What is granted (`service`, and the `values`)."""
    values: Callable[[Detail, Say], Mapping[str, str]]
    """The members as people write them."""
    emphasised: str
    """Which of the values the sentence is about."""
    follows: tuple[str, ...]
    """What comes of it (`service`)."""
    history: str
    """That it was confirmed (`service`), as the person reads it at `/me/history`."""
    in_receipt: Mapping[str, str] = field(default_factory=dict)
    """What stands in a receipt in place of the values that tell who somebody is."""
    instead: Callable[[Detail], "DetailWords | None"] = lambda _: None
    """Other words, for some details of the type."""
    of_child: "DetailWords | None" = None
    """Where a parent or guardian confirms it for a child, if that can be."""
