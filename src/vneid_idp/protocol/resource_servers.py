"""Foreign resource servers as the operator registers them: who takes signed access tokens of ours (RFC 8707, RFC 9068).

A registration is a JSON object: `resource` (an absolute URI without a fragment), `resource_name`, `family` (whose it
is), `scopes` (each with a `scope`, a `title` by language, and `own_name` where clients may use it without a person),
`access_token_signing_alg`, `clients` (who may ask for tokens) and `introspection_client` (as which client the server
itself asks what a token is worth).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.languages import DEFAULT, LANGUAGES, mark
from vneid_idp.kernel.wording import Wording
from vneid_idp.protocol.claims import CARRIER_SCOPES, OPERATOR_SCOPES, SCOPES
from vneid_idp.protocol.uris import BadUri, read_uri, shown_host
from vneid_idp.protocol.visible_line import visible_line

SIGNING_ALGORITHMS = ("ES256", "PS256", "EdDSA")
"""What access tokens for a resource server are signed with; the first unless it says otherwise."""
MOST_SCOPES = 20
MOST_CLIENTS = 200
LONGEST_IDENTIFIER = 300
_LONGEST_TITLE = 100
_SCOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,63}")
_MEMBERS = frozenset(
    ("resource", "resource_name", "family", "scopes", "access_token_signing_alg", "clients", "introspection_client")
)


class BadResourceServer(DomainError):
    """What is to be registered is no resource server."""

    code = "bad_resource_server"
    status = 400
    title = "This cannot be registered as a resource server."

    def __init__(self, wording: Wording | str, *, member: str, **values: object) -> None:
        self.wording = wording if isinstance(wording, Wording) else Wording(wording, values)
        """What is wrong, without the member, as pages say it in the language of their reader."""
        super().__init__(f"{member}: {self.wording}")
        self.member = member
        """The member of the registration that it is about."""


@dataclass(frozen=True, slots=True)
class ServerScope:
    """A scope that a resource server defines."""

    name: str
    title: Mapping[str, str]
    """What it lets a service do there, by language, as the person reads it."""
    own_name: bool = False
    """Whether a client may also have it in its own name, without a person (RFC 6749 §4.4)."""

    def to_json(self) -> dict[str, Any]:
        """As it is registered."""
        return {"scope": self.name, "title": dict(self.title), "own_name": self.own_name}


@dataclass(frozen=True, slots=True)
class ServerMembers:
    """What is registered of a resource server."""

    identifier: str
    """The `resource` of requests and the `aud` of tokens (RFC 8707 §2)."""
    name: str
    family_id: str
    """The organisation that answers for it, with which it goes out of service."""
    scopes: tuple[ServerScope, ...]
    signing_alg: str
    clients: tuple[str, ...]
    """Who may ask for tokens for it."""
    introspection_client: str | None

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the registration."""
        return {
            "resource": self.identifier,
            "resource_name": self.name,
            "family": self.family_id,
            "scopes": [scope.to_json() for scope in self.scopes],
            "access_token_signing_alg": self.signing_alg,
            "clients": list(self.clients),
            "introspection_client": self.introspection_client,
        }

    def without(self, client_id: str) -> "ServerMembers":
        """The same without a client, whatever it was here."""
        asks = None if self.introspection_client == client_id else self.introspection_client
        clients = tuple(each for each in self.clients if each != client_id)
        return replace(self, clients=clients, introspection_client=asks)


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """A registered resource server."""

    server_id: str
    members: ServerMembers
    registered_at: Instant
    removed_at: Instant | None
    """Since when it is none any more; people go on reading what they allowed there."""
    disabled_at: Instant | None
    """Since when its organisation is out of service."""
    former_titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each scope that was taken away, what people agreed to: those consents stand."""

    @property
    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """Of each scope that it defines or ever did, what people read."""
        return {**self.former_titles, **{scope.name: scope.title for scope in self.members.scopes}}

    @property
    def in_service(self) -> bool:
        """Whether tokens for it are issued, and count."""
        return self.removed_at is None and self.disabled_at is None

    @property
    def host(self) -> str:
        """Where it is, as people are told."""
        return shown_host(self.members.identifier)

    def defines(self, scope: str) -> ServerScope | None:
        """The scope of that name, if there is one."""
        return next((each for each in self.members.scopes if each.name == scope), None)

    def takes(self, client_id: str) -> bool:
        """Whether tokens for it are issued to this client, and count."""
        return self.in_service and client_id in self.members.clients


def read_server(value: object, issuer: str) -> ServerMembers:
    """Read the registration of a resource server. Raises `BadResourceServer` with what is wrong."""
    if not isinstance(value, dict):
        raise BadResourceServer(mark("must be a JSON object"), member="metadata")
    if unknown := sorted(value.keys() - _MEMBERS):
        raise BadResourceServer(
            mark("there are no such members: %(members)s"), member="metadata", members=", ".join(map(repr, unknown))
        )
    alg = value.get("access_token_signing_alg") or SIGNING_ALGORITHMS[0]
    if alg not in SIGNING_ALGORITHMS:
        raise BadResourceServer(
            mark("must be one of: %(choices)s"),
            member="access_token_signing_alg",
            choices=", ".join(SIGNING_ALGORITHMS),
        )
    scopes, clients = value.get("scopes"), value.get("clients", [])
    if not isinstance(scopes, list) or not 0 < len(scopes) <= MOST_SCOPES:
        raise BadResourceServer(mark("must be a list of one to %(most)s scopes"), member="scopes", most=MOST_SCOPES)
    found = tuple(map(_read_scope, scopes))
    if len({scope.name for scope in found}) < len(found):
        raise BadResourceServer(mark("must not name a scope twice"), member="scopes")
    if not isinstance(clients, list) or len(clients) > MOST_CLIENTS or not all(map(_is_text, clients)):
        raise BadResourceServer(
            mark("must be a list of at most %(most)s client_ids"), member="clients", most=MOST_CLIENTS
        )
    asks, family = value.get("introspection_client"), value.get("family")
    if not (asks is None or _is_text(asks)):
        raise BadResourceServer(mark("must be a client_id"), member="introspection_client")
    if not _is_text(family):
        raise BadResourceServer(
            mark("must be the id of the family of the organisation that it belongs to"), member="family"
        )
    name = _line(value.get("resource_name"))
    if name is None:
        raise BadResourceServer(
            mark("must be one line of at most %(most)s visible characters"), member="resource_name", most=_LONGEST_TITLE
        )
    return ServerMembers(
        identifier=_read_identifier(value.get("resource"), issuer),
        name=name,
        family_id=str(family),
        scopes=found,
        signing_alg=alg,
        clients=tuple(dict.fromkeys(clients)),
        introspection_client=asks,
    )


def members_from_json(value: Mapping[str, Any]) -> ServerMembers:
    """The registration that `ServerMembers.to_json` wrote."""
    return ServerMembers(
        identifier=value["resource"],
        name=value["resource_name"],
        family_id=value["family"],
        scopes=tuple(ServerScope(each["scope"], each["title"], each["own_name"]) for each in value["scopes"]),
        signing_alg=value["access_token_signing_alg"],
        clients=tuple(value["clients"]),
        introspection_client=value["introspection_client"],
    )


def _read_identifier(value: object, issuer: str) -> str:
    try:
        parts = read_uri(value)
    except BadUri as error:
        raise BadResourceServer(error.wording, member="resource") from None
    text = str(value)
    if len(text) > LONGEST_IDENTIFIER:
        raise BadResourceServer(
            mark("must be a URI of at most %(most)s characters"), member="resource", most=LONGEST_IDENTIFIER
        )
    if not parts.netloc and parts.scheme in ("http", "https"):
        raise BadResourceServer(mark("must name a host"), member="resource")
    if text == issuer or text.startswith(f"{issuer}/"):
        raise BadResourceServer(mark("must not be an address of this provider"), member="resource")
    return text


def _read_scope(value: object) -> ServerScope:
    if not isinstance(value, dict) or value.keys() - {"scope", "title", "own_name"}:
        raise BadResourceServer(mark("each must have a scope and a title, and may have own_name"), member="scopes")
    name, titles, own_name = value.get("scope"), value.get("title"), value.get("own_name", False)
    if not isinstance(name, str) or not _SCOPE.fullmatch(name):
        raise BadResourceServer(
            mark("the name of each must be 1 to 64 letters, digits, ':', '.', '_', '/' and '-'"), member="scopes"
        )
    if name in (*SCOPES, *CARRIER_SCOPES, *OPERATOR_SCOPES):
        raise BadResourceServer(
            mark("%(scope)s is one of this provider's own, and means another thing"), member="scopes", scope=name
        )
    if not isinstance(titles, dict) or DEFAULT not in titles:
        raise BadResourceServer(
            mark("%(scope)s must have a title in the language '%(language)s'"),
            member="scopes",
            scope=name,
            language=DEFAULT,
        )
    if not isinstance(own_name, bool):
        raise BadResourceServer(mark("own_name of %(scope)s must be true or false"), member="scopes", scope=name)
    said: dict[str, str] = {}
    for language in (each for each in LANGUAGES if each in titles):
        line = _line(titles[language])
        if line is None:
            raise BadResourceServer(
                mark("the title of %(scope)s must be one line of at most %(most)s visible characters"),
                member="scopes",
                scope=name,
                most=_LONGEST_TITLE,
            )
        said[language] = line
    return ServerScope(name, said, own_name)


def _line(value: object) -> str | None:
    return visible_line(value, _LONGEST_TITLE) if isinstance(value, str) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256 and value.isascii() and value.isprintable()


def check_words_stand(before: ResourceServer, now: ServerMembers) -> None:
    """Require that a scope goes on meaning what people read when they agreed to it, also when it comes back: what means
    something else has another name. The address stays as well, since it is what clients ask for. Raises
    `BadResourceServer`."""
    if before.members.identifier != now.identifier:
        raise BadResourceServer(
            mark("it stays as it was registered; remove the server and register another"), member="resource"
        )
    for scope in now.scopes:
        if before.titles.get(scope.name, scope.title) != scope.title:
            raise BadResourceServer(
                mark("people agreed to the title of %(scope)s: give what means another thing a new name"),
                member="scopes",
                scope=scope.name,
            )
