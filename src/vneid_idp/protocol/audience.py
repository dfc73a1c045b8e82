"""For whom a token is meant: which of our own APIs, or which foreign resource server (RFC 8707).

A token without a `resource` is for our own APIs; of them for those that the authorization request named, if it named
any. A token for a foreign resource server is issued when the token request names it, and is for that one alone: one
that is presented at two servers could be used by each of them at the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidScope, InvalidTarget
from vneid_idp.protocol.protected_resources import RESOURCES
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.targets import Target
from vneid_idp.protocol.uris import BadUri, read_uri

MOST_RESOURCES = 8
"""How many resources a request may name: each is something that a person reads."""


@dataclass(frozen=True, slots=True)
class KnownResources:
    """What a `resource` may name."""

    issuer: str
    servers: Mapping[str, ResourceServer] = field(default_factory=dict)
    """The foreign resource servers in service, by identifier."""
    takers: frozenset[str] = frozenset()
    """Of the clients that an exchange names as its `audience`, those of the family that take exchanged tokens."""


NONE = KnownResources("")
"""For requests that name no resource, for which nothing is looked up."""


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom one token is wanted: the paths of some of our own APIs, or one foreign resource server; with neither,
    clients of the family, which take any token for our own APIs (`read_exchange_audience`)."""

    own: tuple[str, ...] = ()
    server: ResourceServer | None = None


def read_audience(text: str | None, known: KnownResources, client: Client) -> Audience | None:
    """The `resource` of a token request (RFC 8707 §2.2); `None` where it has none. Raises `InvalidTarget`."""
    if text is None:
        return None
    own, servers = _read(text, known, client)
    if not servers:
        return Audience(own)
    if own or len(servers) > 1:
        raise InvalidTarget("A token is for one resource server: ask for the others in token requests of their own.")
    return Audience(server=servers[0])


def read_exchange_audience(
    resource: str | None, audience: str | None, known: KnownResources, client: Client
) -> Audience | None:
    """The `resource` and `audience` of an exchange (RFC 8693 §2.1), either of which names what the other does; a client
    of the family is named by its id, and takes the token whatever else it is for. Raises `InvalidTarget`."""
    if audience is None:
        return read_audience(resource, known, client)
    names = dict.fromkeys(audience.split(" "))
    places = [name for name in names if name not in known.takers]
    if not all(map(_is_address, places)):
        # Whether there is such a client is told to nobody.
        raise InvalidTarget(
            "audience names what is neither the address of a resource nor a client of this organisation that takes "
            "exchanged tokens.",
            about="audience",
        )
    resources = [*places] if resource is None else [resource, *places]
    named = read_audience(" ".join(resources) if resources else None, known, client) or Audience()
    if named.server is not None and len(places) < len(names):
        raise InvalidTarget("A token for a resource server is for that one alone.", about="audience")
    return named


def read_targets(text: str | None, scope: str, known: KnownResources, client: Client) -> tuple[Target, ...]:
    """The `resource` of an authorization request, with what of its `scope` each server defines (RFC 8707 §2.1).

    Raises `InvalidTarget`, and `InvalidScope` where nothing is asked for at a server.
    """
    if text is None:
        return ()
    own, servers = _read(text, known, client)
    if servers and not client.purposes:
        raise InvalidTarget("The client registered no purpose for which people could be asked about that resource.")
    wanted = dict.fromkeys(scope.split(" "))
    found = [Target(path) for path in own]
    for server in servers:
        there = tuple(name for name in wanted if server.defines(name))
        if not there:
            raise InvalidScope(f"scope holds nothing that the resource '{server.members.identifier}' defines.")
        found.append(Target(server.server_id, there))
    return tuple(found)


def _read(text: str, known: KnownResources, client: Client) -> tuple[tuple[str, ...], tuple[ResourceServer, ...]]:
    """The own paths and the foreign servers among these identifiers."""
    named = dict.fromkeys(text.split(" "))
    if len(named) > MOST_RESOURCES:
        raise InvalidTarget(f"A request names at most {MOST_RESOURCES} resources.")
    own, servers = [], []
    for identifier in named:
        try:
            read_uri(identifier)
        except BadUri as error:
            raise InvalidTarget(f"resource {error} (RFC 8707 section 2).") from None
        path = identifier.removeprefix(known.issuer)
        server = known.servers.get(identifier)
        if path in RESOURCES:
            own.append(path)
        elif server is not None and server.takes(client.client_id):
            servers.append(server)
        else:
            # Whether there is such a server at all is told to those who may use it.
            raise InvalidTarget(
                "What is named as resource or audience is nothing that this provider issues tokens of this client for."
            )
    return tuple(own), tuple(servers)


def _is_address(identifier: str) -> bool:
    try:
        read_uri(identifier)
    except BadUri:
        return False
    return True


def meant_for(authorisation: Authorisation, audience: Audience | None) -> Authorisation:
    """The part of `authorisation` that a token for `audience` carries: its `targets` are exactly those of the token.

    Raises `InvalidTarget` for what was not asked for, or not agreed to.
    """
    own = tuple(target for target in authorisation.targets if target.is_own)
    if audience is None:
        return altered(authorisation, targets=own)
    if audience.server is None:
        if own and not set(audience.own) <= {target.resource for target in own}:
            raise InvalidTarget("The authorization request named other resources (RFC 8707 section 2.2).")
        return altered(authorisation, targets=tuple(map(Target, audience.own)))
    there = scope_at(authorisation, audience.server)
    if not there:
        raise InvalidTarget("Nothing is authorised at this resource: name it in the authorization request as well.")
    return altered(authorisation, targets=(Target(audience.server.server_id, there),))


def scope_at(authorisation: Authorisation, server: ResourceServer) -> tuple[str, ...]:
    """What is authorised at a server, as far as it goes on defining that."""
    target = next((each for each in authorisation.targets if each.resource == server.server_id), None)
    of_person = authorisation.subject is not None
    return () if target is None else tuple(name for name in target.scope if _offers(server, name, of_person))


def _offers(server: ResourceServer, name: str, of_person: bool) -> bool:
    scope = server.defines(name)
    return scope is not None and (of_person or scope.own_name)


def as_told_there(authorisation: Authorisation, scope: tuple[str, ...]) -> Authorisation:
    """What a token of `scope` for a foreign server says of an authorisation. Details are for our own APIs: none of
    their types names another place (RFC 9396 §2.2), and nobody agreed that one reads them."""
    return altered(authorisation, scope=scope, details=())
