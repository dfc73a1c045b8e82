"""What can come of an attempt."""

import re
from dataclasses import dataclass

_CODE = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived, or nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class _NotDelivered:
    """`code` says why in a word for the operator, never in a text that could hold data."""

    code: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError("the code of an outcome is a word of lower-case letters, digits and underscores")


@dataclass(frozen=True, slots=True)
class Refused(_NotDelivered):
    """The receiver will not have it, now or later."""


@dataclass(frozen=True, slots=True)
class Failed(_NotDelivered):
    """It did not arrive, and may another time."""


@dataclass(frozen=True, slots=True)
class Unclear(_NotDelivered):
    """It was sent, and nobody knows whether it arrived."""


DeliveryOutcome = Delivered | Refused | Failed | Unclear
