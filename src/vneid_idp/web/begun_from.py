"""From where a request began, in words: whoever is asked elsewhere sees whether it can be their own."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from vneid_idp.identity.factors.phone_sign_ins import BegunFrom
from vneid_idp.web.address import widest_network
from vneid_idp.web.claim_words import Say
from vneid_idp.web.context import Idp
from vneid_idp.web.device_words import device_name
from vneid_idp.web.i18n import mark

NOWHERE = mark("an unknown place")


@dataclass(frozen=True, slots=True)
class Whence:
    """What is known of where something began."""

    device: str
    place: str
    same_network: bool | None
    """Whether whoever looks is at the same network, as at home; unknown where one has no address."""


def whence(provider: Idp, request: HTTPConnection, begun: BegunFrom, say: Say) -> Whence:
    """The same for whoever looks by this `request`."""
    here = provider.address_of(request)
    same = None if here is None or begun.address is None else widest_network(here) == widest_network(begun.address)
    return Whence(device_name(begun.device, say), place_in_words(provider, begun.address, say), same)


def place_in_words(provider: Idp, address: str | None, say: Say) -> str:
    """The province of an address, as far as the operator's table knows it."""
    known = None if address is None else provider.places.place_of(address)
    return known or say(NOWHERE)
