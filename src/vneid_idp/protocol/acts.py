"""What a request asks to be done here and now, and no earlier answer covers: that an account is linked, that details
are granted. It is confirmed on the page of that very request, every time. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Item, links_account
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.details.granting import digest_of


@dataclass(frozen=True, slots=True)
class Acts:
    """What is to be confirmed, if anything."""

    link: bool = False
    """Whether an account is to be linked."""
    details: Details = ()
    """The details that are to be granted, as far as the client may have them."""

    def __bool__(self) -> bool:
        return self.link or bool(self.details)


NO_ACTS = Acts()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who confirmed, and which details stood on the page as they did (`digest_of`)."""

    person_id: str
    details: str | None = None

    def covers(self, acts: Acts, person_id: str) -> bool:
        """Whether this very person confirmed just these acts: what differs in a single member is another matter."""
        return self.person_id == person_id and self.details == digest_of(acts.details)


@dataclass(frozen=True, slots=True)
class ActTerms:
    """What it takes that acts are done, judged for who is there; asked where the request has some."""

    level: int = 1
    """The level of identity that it takes, whatever level the service asks for."""
    by_guardian: bool = False
    """Whether a parent or guardian does this for the person, who is a child."""


ANYBODY = ActTerms()


def acts_of(request: AuthorizationRequest, items: Iterable[Item], details: Details) -> Acts:
    """The acts of a request with these items, of whose details these count.

    Silently one may read what is linked, and link nothing; details are no standing permission either, so that a request
    that may show no page gets none (`next_step`).
    """
    link = "none" not in request.prompt and links_account(item.name for item in items)
    return Acts(link, details)
