"""Token exchange within one organisation (RFC 8693): what a client may do by another's access token, and who acts.

A token is *narrowed* for a back end, which gets no more than the token carries and it is registered for itself; or it
is *delegated*, which takes a token of the actor beside it, and the result says who acts.
"""

from dataclasses import dataclass
from typing import NoReturn

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.acting import MOST_ACTORS
from vneid_idp.protocol.audience import Audience
from vneid_idp.protocol.authorisation import Authorisation, Origin, check_possession
from vneid_idp.protocol.claims import OPERATOR_SCOPES
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient
from vneid_idp.protocol.grant_types.request import DeriveToken, TokenRequest
from vneid_idp.protocol.params import Params
from vneid_idp.protocol.targets import Target
from vneid_idp.protocol.tokens import AccessToken, open_access_token

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
"""What is taken, and what is issued (RFC 8693 §3)."""

_NEVER = frozenset({"offline_access", *OPERATOR_SCOPES})
"""What is not handed on: it acts while nobody is there, or for the operator."""


def exchange(request: TokenRequest, sealer: Sealer) -> DeriveToken:
    """Require of a request that it can be an exchange: kinds of tokens, their times, and that an actor's token is the
    client's own, with its key.

    Whether the tokens still count, and this client may act by them, their grants and registrations must say. Raises
    `InvalidRequest`, also for tokens (RFC 8693 §2.2.2), and `UnauthorizedClient`.
    """
    client, params = request.client, request.params
    if client.is_public:
        raise UnauthorizedClient("A public client proves nothing by which it could act for another (RFC 8693 §5).")
    if client.family is None:
        raise UnauthorizedClient(
            "This client belongs to no organisation whose other clients it could act for.", about="family"
        )
    if params.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        raise InvalidRequest(f"requested_token_type can only be {ACCESS_TOKEN_TYPE}.", about="requested_token_type")
    subject = _opened(params, "subject_token", sealer) or request.signed_subject
    if subject is None or request.now >= subject.expires_at:
        refuse_subject()
    has_actor = "actor_token" in params or "actor_token_type" in params
    if has_actor:
        _check_actor(_opened(params, "actor_token", sealer), request)
    scope, details = params.get("scope"), params.get("authorization_details")
    return DeriveToken(subject, has_actor, scope, details, request.proof, request.audience)


def refuse_subject() -> NoReturn:
    """In the same words whatever is wrong with it: of another organisation's token nobody learns whether it is good."""
    raise InvalidRequest(
        "subject_token is no live access token of a client of this organisation.", about="subject_token"
    )


def _opened(params: Params, name: str, sealer: Sealer) -> AccessToken | None:
    if name not in params:
        raise InvalidRequest(f"{name} is missing.", about=name)
    if params.get(f"{name}_type") != ACCESS_TOKEN_TYPE:
        raise InvalidRequest(f"{name}_type must be {ACCESS_TOKEN_TYPE}.", about=name)
    return open_access_token(sealer, params[name])


def _check_actor(actor: AccessToken | None, request: TokenRequest) -> None:
    """The actor is the client that authenticates, and no other: nobody acts under a name that it cannot prove. Its own
    key comes with the request, so a token that is bound to one is held against that."""
    is_own = actor is not None and actor.own is not None and actor.own.acts_for is None and actor.is_of(request.client)
    if actor is None or not is_own or request.now >= actor.expires_at:
        raise InvalidRequest(
            "actor_token must be a live access token of the client's own, from client_credentials.", about="actor_token"
        )
    check_possession(actor.bound_to, request.proof, InvalidRequest)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a live subject token allows, and which client holds it."""

    authorisation: Authorisation
    holder_id: str

    @property
    def agreed_id(self) -> str:
        """The client with which the person agreed, or in whose own name the token acts."""
        return self.authorisation.acts_for or self.holder_id


def drafted(client: Client, carried: Carried, wanted: DeriveToken) -> Authorisation:
    """What is carried, as an authorisation of `client`, with who acts. Raises `InvalidRequest` and `InvalidTarget`.

    No account is linked by it. An act of its details comes along, and is done once by all the tokens that carry it
    (`grants.acts`).
    """
    before = carried.authorisation
    actors = before.actors
    is_handed_on = carried.holder_id != client.client_id
    if is_handed_on and before.acts_for is not None and carried.holder_id not in actors:
        # The new token would not say through whom it came, and would outlive what that one loses.
        raise InvalidRequest(
            "This subject_token was exchanged before, by a client that it does not name as an actor: hand on the token "
            "that it was made from.",
            about="subject_token",
        )
    if wanted.has_actor:
        actors = (client.client_id, *actors)
        if len(actors) > MOST_ACTORS or client.client_id in before.actors:
            raise InvalidRequest(
                f"At most {MOST_ACTORS} act one for the other, and each of them once.", about="actor_token"
            )
    elif is_handed_on and (actors or before.subject is None):
        raise InvalidRequest(
            "This subject_token is handed on to who acts by it: an actor_token is missing.", about="actor_token"
        )
    return altered(
        before,
        client_id=client.client_id,
        origin=Origin.EXCHANGE,
        claims=before.claims if wanted.scope is None else {},  # a scope that is asked is all that is asked
        bound_to=wanted.bound_to,
        actors=actors,
        scope=() if wanted.subject.is_signed else before.scope,
        details=() if wanted.subject.is_signed else before.details,
        link=False,
        targets=_aimed(wanted.subject, wanted.audience),
        acts_for=None if carried.agreed_id == client.client_id else carried.agreed_id,
    )


def _aimed(subject: AccessToken, audience: Audience | None) -> tuple[Target, ...]:
    """Where the new token is good: where the subject token is, or at a part of that. An exchange leads nowhere else: at
    another place the token that was handed over carries nothing."""
    if subject.is_signed:
        place = subject.audience[0]
        if audience is not None and (audience.server is None or audience.server.server_id != place):
            raise InvalidTarget("This subject_token is for another resource server.", about="audience")
        return (Target(place, subject.scope),)
    if audience is None or audience == Audience():
        return tuple(map(Target, subject.audience))
    if audience.server is not None or not all(map(subject.is_for, audience.own)):
        raise InvalidTarget(
            "This subject_token is good for nothing there: a token for a resource server comes of one that is for it.",
            about="audience",
        )
    return tuple(map(Target, audience.own))


def narrowed(carried: tuple[str, ...], counting: tuple[str, ...], text: str | None) -> tuple[str, ...]:
    """The scope of the new token: what the subject token carries as far as it counts for the client, or the part of it
    that is asked.

    Raises `InvalidScope` for what the subject token does not carry or the client may not have, and where nothing is
    left.
    """
    offered = tuple(name for name in counting if name in carried and name not in _NEVER)
    wanted = offered if text is None else tuple(dict.fromkeys(text.split()))
    if not wanted or not set(wanted) <= set(offered):
        raise InvalidScope(
            "An exchange brings what the subject_token carries and this client is registered for, or a part of it.",
            about="subject_token",
        )
    return wanted


def lives_until(subject: AccessToken, now: Instant, life: Instant) -> Instant:
    """When the new token ends: as all do, and not after the one that it was made from."""
    return min(subject.expires_at, now + life)
