"""Which claims a request asks for, and which of them a person is asked about (OpenID Connect Core §5)."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.camara import AGE_VERIFICATION, CAMARA_PERMISSIONS
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.protocol.permission import Permission
from vneid_idp.protocol.targets import is_at_server

AGE_OVER = re.compile(r"age_over_([1-9][0-9]{0,2})\Z")
"""An age threshold. Each has one name: no leading zeros, no digits of other scripts."""
BANDS = dict.fromkeys(("age_band", "binding_age_band"), ("age_over_13", "age_over_16", "age_over_18"))
"""The thresholds that a claim tells as well: an age band says of each between two bands on which side somebody is."""
MOST_THRESHOLDS = 3
"""How many thresholds a client may learn of a person: with more of them, it would find the year of birth."""

SCOPE_CLAIMS: dict[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "identity": ("identity_level", "identity_verified_since"),
    "age": ("age_over_13", "age_over_16", "age_over_18", "age_band"),
    "full_name": ("full_name",),
    "id_number": ("id_number",),
}
"""The claims that a scope hands over. Each has its value in `identity/profile.py` and its words in
`web/claim_words.py`."""
ID_NUMBER_CLAIMS = frozenset({"id_number"})
"""The claims that hold a number by which the state knows somebody: for clients of few profiles (`profiled.py`)."""


BINDING_CLAIMS = (
    "binding_level",
    "binding_method",
    "binding_age_band",
    "binding_supervised",
    "binding_verified_at",
    "binding_capabilities",
)
"""What a bound account tells of its holder, at `bindings/v1` and nowhere else: claims of a third place beside userinfo
and ID token. Each has its value in `bindings/social_accounts/told.py`."""
SOCIAL_ACCOUNT, CHILD_ACCOUNT = "binding:social_account", "binding:child_account"
SIGN_IN = "acr"
"""What is permitted where a request asks for a level: the `acr` and the `amr` of its ID tokens."""
_SCOPE_PERMISSIONS = {
    "offline_access": Permission(
        mark("Keep access while you are away"),
        mark("The service may fetch what you share here again without you being present, until you withdraw."),
    ),
    SOCIAL_ACCOUNT: Permission(
        mark("Ask about accounts that you link there"),
        mark(
            "The service may ask what an account that you linked there may do, and release the link. Each link you "
            "confirm by itself."
        ),
        own_name=True,
        link=True,
        tells=BINDING_CLAIMS,
    ),
    CHILD_ACCOUNT: Permission(
        mark("Ask about accounts that you link there for the child"),
        mark(
            "The service may ask what an account that you linked there for the child may do, and release the link. "
            "Each link you confirm by itself."
        ),
        child=True,
        link=True,
        tells=BINDING_CLAIMS,
    ),
    **CAMARA_PERMISSIONS,
}
PERMISSIONS = {
    **_SCOPE_PERMISSIONS,
    SIGN_IN: Permission(
        mark("Know the level of your identity, and how you sign in"),
        mark(
            "With each sign-in that asks for it the service is told the level of the identity that you proved, and how "
            "you proved that it is you."
        ),
    ),
}
"""By scope, and what a request asks for by its level."""
SCOPES = ("openid", *SCOPE_CLAIMS, *_SCOPE_PERMISSIONS)
SUBSCRIBER_NUMBER = "binding:subscriber_number"
FOUR_FIELDS = "match:four_fields"
REGISTER = "register:subscriber_numbers"
CARRIER_SCOPES = (SUBSCRIBER_NUMBER, REGISTER, FOUR_FIELDS)
"""What a carrier may do in its own name: read and release the numbers that are bound there, hand in its register
(`numbers/`), and compare what it has of people (`matches/`). No person grants it: what a person confirms stands in
`authorization_details`."""
OPERATOR_SCOPES = ("admin:clients:read", "admin:clients:write", "admin:policy", "admin:deliveries", "admin:keys")
"""What the operator's own programs may do in their own name (`admin/`). No person can grant these."""
OWN_NAME_SCOPES = (
    *(name for name, row in _SCOPE_PERMISSIONS.items() if row.own_name),
    *CARRIER_SCOPES,
    *OPERATOR_SCOPES,
)
"""What a client can do in its own name: with its own bindings, with what it has of people, or for the operator."""

_SCOPE_OF = {claim: scope for scope, claims in SCOPE_CLAIMS.items() for claim in claims}
CLAIMS = tuple(_SCOPE_OF)

SMALLER_PROOFS = {"birthdate": "age_over_16"}
"""A claim and the smaller proof that a person may give in its place."""


def scope_of(claim: str) -> str | None:
    """The scope that a client must be permitted in order to ask for `claim` at userinfo or in an ID token; `None` for a
    claim that we do not know there."""
    return "age" if AGE_OVER.match(claim) else _SCOPE_OF.get(claim)


def scopes_of(claim: str) -> tuple[str, ...]:
    """The scopes any of which asks for `claim`, in whatever place; none for a claim that we do not know."""
    scope = scope_of(claim)
    if scope is None:
        return tuple(name for name, row in PERMISSIONS.items() if claim in row.tells)
    return (scope, AGE_VERIFICATION) if AGE_OVER.match(claim) else (scope,)


def is_permission(name: str) -> bool:
    """Whether a decision of that name is about no claim, but permits something, here or at a resource server."""
    return name in PERMISSIONS or is_at_server(name)


def is_permitted(name: str, registered: Collection[str]) -> bool:
    """Whether a client `registered` for these scopes may have a claim, or the permission of a scope."""
    if name == SIGN_IN:  # asked for by a level, and by no scope
        return True
    return name in registered if name in PERMISSIONS else not set(registered).isdisjoint(scopes_of(name))


def scopes_missing(client: Client, purposes: Iterable[Purpose]) -> set[str]:
    """The scopes of claims that these purposes of a client name and its registration does not permit."""
    names = {name for purpose in purposes for name in (*purpose.required, *purpose.optional)}
    return {scope for name in names if not is_permitted(name, client.scope) for scope in scopes_of(name)[:1]}


def depends_on_age(claim: str) -> bool:
    """Whether a claim tells an age, which is told as of the person's answer."""
    return claim in BANDS or AGE_OVER.match(claim) is not None


def needs_child(scope: Iterable[str]) -> bool:
    """Whether a request for `scope` is about a child, who must be chosen."""
    return any(PERMISSIONS[name].child for name in scope if name in PERMISSIONS)


def links_account(names: Iterable[str]) -> bool:
    """Whether one of these scopes, or items, is for linking an account."""
    return any(PERMISSIONS[name].link for name in names if name in PERMISSIONS)


def check_may_bind(scope: Iterable[str], *, for_child: bool) -> None:
    """Require the permission to bind an account of the person, or of the child for whom the person acts.

    Raises `InsufficientScope`.
    """
    check_scope(scope, CHILD_ACCOUNT if for_child else SOCIAL_ACCOUNT)


def check_may_handle(scope: Iterable[str]) -> None:
    """Require one of the permissions to bind, for reading and releasing: a guardian's or the person's own.

    Raises `InsufficientScope`.
    """
    check_scope(scope, SOCIAL_ACCOUNT, CHILD_ACCOUNT)


def check_scope(scope: Iterable[str], *any_of: str) -> None:
    """Raise `InsufficientScope` unless `scope` has one of these."""
    if set(any_of).isdisjoint(scope):
        raise InsufficientScope(f"The access token lacks the scope {' or '.join(any_of)}.")


ClaimsRequest = dict[str, dict[str, dict[str, Any]]]
"""The `claims` parameter: `userinfo` and `id_token`, each a mapping from claim to `{essential, value, values}`."""


def asked_of(place: str, scope: tuple[str, ...], claims: ClaimsRequest) -> tuple[str, ...]:
    """The claims that `place` (`userinfo`, `id_token`, `binding`) was asked to carry.

    Scopes of claims mean userinfo (OIDC Core §5.4), scopes that permit binding mean what is bound, of which nothing is
    asked by name.
    """
    if place == "binding":
        return tuple(dict.fromkeys(claim for s in scope if s in PERMISSIONS for claim in PERMISSIONS[s].tells))
    by_scope = [claim for s in scope for claim in SCOPE_CLAIMS.get(s, ())] if place == "userinfo" else []
    by_name = [claim for claim in claims.get(place, {}) if scope_of(claim)]
    return tuple(dict.fromkeys([*by_scope, *by_name]))


def wanted_in_id_token(client: Client, scope: tuple[str, ...], claims: ClaimsRequest) -> ClaimsRequest:
    """The `claims` parameter, for what goes into the ID token: as it was sent, or as if it had asked there for the
    claims of the scope as well, for a client that registered to read nothing else."""
    if not client.userinfo_claims_in_id_token:
        return claims
    by_scope: dict[str, dict[str, Any]] = {claim: {} for claim in asked_of("userinfo", scope, {})}
    return {**claims, "id_token": by_scope | claims.get("id_token", {})}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a person is asked to agree to: a claim, or a scope that permits something."""

    name: str
    purpose: str
    version: int
    required: bool
    since: int
    """The oldest version whose answer still counts (`Purpose.since`)."""
    in_full: bool = False
    """Whether no smaller proof takes its place (`Purpose.required_in_full`)."""


def items_of(
    client: Client,
    scope: tuple[str, ...],
    claims: ClaimsRequest,
    *,
    sign_in: bool = False,
    elsewhere: tuple[str, ...] = (),
) -> tuple[Item, ...]:
    """What the person must be asked for this request; with `sign_in` it asks for a level as well, and `elsewhere` is
    what it asks for at foreign resource servers (`targets.items_at`).

    A claim that no registered purpose of the client covers is not handed out at all: a purpose is the ground of every
    disclosure (Law 91/2025 on personal data, Article 9), so such a claim is left out rather than asked. So is what the
    registration permits no more: no answer to it would count (`permitted.counting`), and it would be asked for ever.
    """
    items: list[Item] = []
    registered = tuple(name for name in scope if name in client.scope)
    names = [*asked_of("userinfo", scope, claims), *asked_of("id_token", scope, claims)]
    for name in dict.fromkeys([*names, *asked_of("binding", registered, claims), *_ages_asked(client, registered)]):
        purpose = _purpose_for(client, name)
        if purpose is not None and is_permitted(name, client.scope):
            required, in_full = name in purpose.required, name in purpose.required_in_full
            items.append(Item(name, purpose.id, purpose.version, required, purpose.since(name), in_full))
    if client.purposes:
        first = client.purposes[0]
        permissions = [name for name in PERMISSIONS if name in registered or (sign_in and name == SIGN_IN)]
        items += [Item(name, first.id, first.version, True, first.since(name)) for name in (*permissions, *elsewhere)]
    return tuple(items)


def _ages_asked(client: Client, scope: tuple[str, ...]) -> tuple[str, ...]:
    """The thresholds of which a client may ask CAMARA's Age Verification: its scope names none, so those that its
    purposes name."""
    if AGE_VERIFICATION not in scope:
        return ()
    named = (name for purpose in client.purposes for name in (*purpose.required, *purpose.optional))
    return tuple(name for name in named if AGE_OVER.match(name))


def _purpose_for(client: Client, claim: str) -> Purpose | None:
    """The purpose that a claim is asked for: of those that cover it the one that demands most of it, in full before
    required before optional, and of those the first. What the law has a service keep would else be offered as a matter
    of choice, on another ground."""
    covering = [purpose for purpose in client.purposes if covers(purpose, claim)]
    return max(covering, key=lambda purpose: _demands(purpose, claim), default=None)


def _demands(purpose: Purpose, claim: str) -> tuple[bool, bool]:
    return claim in purpose.required_in_full, claim in purpose.required


def covers(purpose: Purpose, name: str) -> bool:
    """Whether a purpose is a ground for handing over a claim, or for a permission, which any purpose is."""
    return is_permission(name) or name in purpose.required or name in purpose.optional


def thresholds(purposes: Iterable[Purpose]) -> set[str]:
    """The age thresholds that may leave for `purposes`: those that they name, those between the bands, and the smaller
    proofs."""
    return {
        name
        for purpose in purposes
        for claim in (*purpose.required, *purpose.optional)
        for name in (claim, *BANDS.get(claim, ()), "" if claim in purpose.required_in_full else _smaller_of(claim))
        if AGE_OVER.match(name)
    }


def _smaller_of(claim: str) -> str:
    return SMALLER_PROOFS.get(claim, "")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an item: `given`, or a smaller proof `instead`, or left out."""

    purpose: str
    version: int
    given: bool
    instead: str | None = None
    at: Instant = 0
    """When the person answered (`consent/service.py: give` says it). What depends on age is told as of then, so that a
    service that asks every day does not learn the birthday."""

    @property
    def gives(self) -> bool:
        """Whether anything leaves: the claim itself, or the smaller proof."""
        return self.given or self.instead is not None

    def given_as(self, name: str) -> str:
        """Under which name what is given for the claim `name` leaves."""
        return name if self.given or self.instead is None else self.instead


Decisions = dict[str, Decision]
"""From claim or permission to what was decided."""


def undecided(items: tuple[Item, ...], decided: Decisions, offered_since: Instant = 0) -> tuple[Item, ...]:
    """The items that the person has not yet been asked, or only in a version of their purpose that counts no more.

    Something left out counts as decided, so that it is not asked again each time, but not if it was left out before
    `offered_since`; something that has become required does not.
    """
    return tuple(item for item in items if not _stands(item, decided.get(item.name), offered_since))


def repeats(answers: Decisions, decided: Decisions) -> bool:
    """Whether the answers say nothing but what was decided already."""
    return all(name in decided and replace(decided[name], at=answer.at) == answer for name, answer in answers.items())


def _stands(item: Item, decision: Decision | None, offered_since: Instant) -> bool:
    if decision is None or decision.purpose != item.purpose or not item.since <= decision.version <= item.version:
        return False
    if item.in_full:
        return decision.given
    return decision.gives or (not item.required and decision.at >= offered_since)


@dataclass(frozen=True, slots=True)
class Release:
    """What may leave: claims as such, and smaller proofs in place of claims."""

    claims: Mapping[str, Instant]
    """Each with the moment of the answer, as of which an age is told."""
    substituted: Mapping[str, str]


def release(place: str, scope: tuple[str, ...], claims: ClaimsRequest, decided: Decisions) -> Release:
    """The part of what `place` was asked for that the person agreed to hand over."""
    asked = [name for name in asked_of(place, scope, claims) if name in decided and decided[name].gives]
    given_as = {name: decided[name].given_as(name) for name in asked}
    substituted = {name: proof for name, proof in given_as.items() if proof != name}
    return Release(leaving({name: decided[name] for name in asked}), substituted)


def leaving(decided: Decisions) -> dict[str, Instant]:
    """What is handed over of the claims that were `decided`, smaller proofs under their own names, and as of when: of
    one that was given twice, as of the later answer."""
    found: dict[str, Instant] = {}
    for name, decision in decided.items():
        if not is_permission(name) and decision.gives:
            given_as = decision.given_as(name)
            found[given_as] = max(decision.at, found.get(given_as, decision.at))
    return found


def granted_scope(scope: tuple[str, ...], decided: Decisions) -> tuple[str, ...]:
    """The scope that is left after a person's choices: a scope of which every claim was left out falls away."""

    def stays(name: str) -> bool:
        if name in PERMISSIONS:
            return name in decided and decided[name].given
        claims = SCOPE_CLAIMS.get(name, ())
        asked = [decided[c] for c in claims if c in decided]
        return not claims or any(decision.gives for decision in asked)

    return tuple(name for name in scope if stays(name))
