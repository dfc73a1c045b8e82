"""What still counts of what was granted: the one place that asks the registration and the person again at each use.

A grant is stored once and used for half a year. Meanwhile the operator may take a scope or a purpose away, and the
person may decide otherwise. So nothing is served by the grant alone: it is what was granted, as far as the registration
permits it now, a purpose that stands covers it, and the person's answer to that purpose counts. Nothing is ever added:
what comes back counts again as far as the answer that was given does.
"""

from collections.abc import Collection

from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import (
    BINDING_CLAIMS,
    PERMISSIONS,
    SIGN_IN,
    Decision,
    Decisions,
    Item,
    asked_of,
    covers,
    granted_scope,
    is_permitted,
)
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.granting import permitted_details
from vneid_idp.protocol.targets import Target, is_at_server, item_at


def counting(client: Client, decided: Decisions) -> Decisions:
    """The answers of a person that count towards `client` as it is registered now."""
    return {name: decision for name, decision in decided.items() if _counts(client, name, decision)}


def telling(client: Client, decided: Decisions) -> Decisions:
    """The answers that count and by which something may be told: without the permission to link nothing is told of an
    account, whatever else was agreed."""
    counts = counting(client, decided)
    if any(name in counts and counts[name].given for name in PERMISSIONS if PERMISSIONS[name].tells):
        return counts
    return {name: decision for name, decision in counts.items() if name not in BINDING_CLAIMS}


def still_asked(client: Client, decided: Decisions) -> bool:
    """Whether `client` still asks for all that was answered, for the same purposes: else nobody can agree to it."""
    return counting(client, decided) == decided


def as_items(client: Client, decided: Decisions) -> tuple[Item, ...]:
    """What these answers were given to, as `client` is registered now; what it has no purpose for any more is left
    out."""
    purposes = {purpose.id: purpose for purpose in client.purposes}
    found = []
    for name, decision in decided.items():
        if purpose := purposes.get(decision.purpose):
            required, in_full = name in purpose.required, name in purpose.required_in_full
            found.append(Item(name, purpose.id, decision.version, required, purpose.since(name), in_full))
    return tuple(found)


def _counts(client: Client, name: str, decision: Decision) -> bool:
    if not is_at_server(name) and not is_permitted(name, client.scope):
        return False
    # For the purpose that was answered, not the first that covers it: another one beside it takes nothing away.
    purpose = next((purpose for purpose in client.purposes if purpose.id == decision.purpose), None)
    if purpose is None or not covers(purpose, name):
        return False
    return purpose.since(name) <= decision.version <= purpose.version


def applying(client: Client, agreed: Client, authorisation: Authorisation, decided: Decisions) -> Decisions:
    """The answers that count where `client` uses `authorisation`.

    `agreed` is the client with which the person agreed: `client` itself, or the one that it acts for. Then only that
    counts which both may have; at a foreign resource server who may stands with that (`ResourceServer.takes`).
    """
    counts = counting(agreed, decided)
    if authorisation.purpose is not None:
        counts = {name: decision for name, decision in counts.items() if decision.purpose == authorisation.purpose}
    if agreed.client_id == client.client_id:
        return counts
    return {
        name: decision for name, decision in counts.items() if is_at_server(name) or is_permitted(name, client.scope)
    }


def permitted(
    client: Client, authorisation: Authorisation, decided: Decisions, agreed: Client | None = None
) -> Authorisation:
    """The part of `authorisation` that counts now; of a client's own what its registration permits.

    `agreed` is the client that `client` acts for, where it does: see `applying`. How the person signed in is told where
    they agreed to that. `openid` always counts: it hands over who signed in, under a name that only the client knows
    with which they agreed, and no claim.
    """
    agreed = agreed or client
    assert agreed.client_id == (authorisation.acts_for or client.client_id)
    details = permitted_details(client, permitted_details(agreed, authorisation.details))
    if authorisation.subject is None:
        permits = agreed.scope if "client_credentials" in agreed.grant_types else ()
        scope = tuple(name for name in authorisation.scope if name in permits and name in client.scope)
    else:
        counts = applying(client, agreed, authorisation, decided)
        scope = granted_scope(authorisation.scope, counts)
        authorisation = altered(authorisation, targets=granted_targets(authorisation.targets, counts))
        if SIGN_IN not in counts:
            return altered(authorisation, scope=scope, details=details, acr="", amr=())
    return altered(authorisation, scope=scope, details=details)


def granted_targets(targets: tuple[Target, ...], decided: Decisions) -> tuple[Target, ...]:
    """What is left of `targets` after a person's choices: at a foreign resource server what they agreed to there."""
    found = []
    for target in targets:
        if target.is_own:
            found.append(target)
        elif scope := tuple(name for name in target.scope if _is_given(decided, item_at(target.resource, name))):
            found.append(Target(target.resource, scope))
    return tuple(found)


def _is_given(decided: Decisions, item: str) -> bool:
    return item in decided and decided[item].given


def told(client: Client, decided: Decisions, permission: str) -> Decisions:
    """The answers by which `client` may be told something of what is bound by a `permission` under a consent with these
    answers: none unless the permission counts itself."""
    counts = counting(client, decided)
    scope = granted_scope((permission,), counts)
    return {name: counts[name] for name in asked_of("binding", scope, {}) if name in counts and counts[name].given}


def may_refresh(client: Client, counts: Collection[str]) -> bool:
    """Whether the client may go on while the person is away, by the scope that `counts` (OIDC Core §11)."""
    return "offline_access" in counts and "refresh_token" in client.grant_types
