"""Lists of which a page, or an answer of an API, shows a part at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from starlette.requests import Request

T = TypeVar("T")
_LONGEST_ID = 256


def read_after(request: Request) -> str:
    """The id after which the page in `?after=` begins; none for the first page."""
    return request.query_params.get("after", "")[:_LONGEST_ID].replace("\0", "")


@dataclass(frozen=True, slots=True)
class ListPart(Generic[T]):
    """What is shown of a list at a time."""

    shown: Sequence[T]
    last: T | None
    """What the next part begins after; nothing where none follows."""

    @classmethod
    def of(cls, found: Sequence[T], most: int) -> Self:
        """At most `most` of what was found when one more was asked for: only so is it known whether more follow."""
        shown = found[:most]
        return cls(shown, shown[-1] if len(found) > most else None)
