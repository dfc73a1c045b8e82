"""What a service asks for, and why, before the page that says it value by value. Pure."""

from dataclasses import dataclass

from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import PERMISSIONS, items_of
from vneid_idp.protocol.client import Client
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.details_view import detail_sentences


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for one purpose."""

    purpose: str
    title: dict[str, str]
    """Why, in the service's own words, by language."""
    things: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked, purpose by purpose, and what the service shows beside its number."""

    details: tuple[str, ...]
    """What is to be done (RFC 9396), a sentence each."""
    wanted: tuple[Wanted, ...]
    message: str | None
    place: str | None
    """Where the service says that it is dealing with the holder."""


def asks_of(client: Client, asked: AuthorizationRequest, say: Say) -> Asks:
    """What the request is about. Names no value."""
    items = items_of(client, asked.scope, asked.claims, sign_in=asked.asks_level)
    found = []
    for purpose in client.purposes:
        names = [item.name for item in items if item.purpose == purpose.id]
        things = [topic.name(say) for topic in topics_of(names)]
        things += [say(PERMISSIONS[name].title) for name in names if name in PERMISSIONS]
        if things:
            found.append(Wanted(purpose.id, dict(purpose.title), tuple(things)))
    details = tuple(each.text for each in detail_sentences(asked.details, client.client_name, say))
    polled = asked.polled
    message, place = (None, None) if polled is None else (polled.binding_message, polled.declared_place)
    return Asks(details, tuple(found), message, place)
