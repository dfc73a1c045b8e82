"""What a sandbox puts beside the pages of a sign-in: people to be, and what came to their phones.

The sandbox brings an object that does it (`Idp.make_believe`); production has none, and its pages nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from vneid_idp.kernel.clock import Instant


@dataclass(frozen=True, slots=True)
class Prefill:
    """What to write into the sign-in form."""

    identifier: str
    password: str
    passcode: str | None
    in_place: bool
    """Chosen on this very page, and so meant before anybody whom the service expects."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody to be."""

    slug: str
    name: str
    age: int
    level: int
    description: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody to be: a few who are wanted most, and the others."""

    first: Sequence[Figure]
    others: Sequence[Figure]
    chosen: Figure | None
    """Who fills the form now."""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message. `code` is good until `expires_at`."""

    phone: str
    code: str
    sent_at: Instant
    expires_at: Instant


class MakeBelieve(Protocol):
    """The sandbox, as pages of a sign-in know it."""

    async def prefill(self, request: Request) -> Prefill | None:
        """Of whom this browser chose, here by `?as=` or earlier. Nothing of it stands in a URL."""

    def forget(self, request: Request) -> None:
        """Whoever was chosen, since they are not the one who goes on."""

    def cast(self, request: Request, home: str | None) -> Cast:
        """Whom to offer who comes from `home`, one of the provider's own pages, or from a service."""

    async def messages(self, request: Request, phone: str) -> Sequence[TextMessage]:
        """The messages to a phone whose codes are still good, newest first."""
