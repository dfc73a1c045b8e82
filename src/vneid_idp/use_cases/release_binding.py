"""A binding is released: by the client, by its holder, or by the guardian who supervises it today."""

from typing import cast

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.kind import B, BindingKind
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.grants import service as grants
from vneid_idp.identity import persons
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.claims import check_may_handle
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import permitted
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.end_dispute import settle_disputes_of
from vneid_idp.use_cases.who_is_signed_in import check_signed_in


async def release_for_client(unit: Unit, kind: BindingKind[B], client: Client, binding_id: str) -> B:
    """Release for the client, with its own token. Raises `UnknownClient` when it was disabled meanwhile,
    `InsufficientScope` when its registration permits that no more, `BindingNotFound`, `MoveForbidden`."""
    if not await hold_client(unit, client.client_id):
        raise UnknownClient
    registered = await get_client(unit, client.client_id)
    check_may_handle(registered.scope if "client_credentials" in registered.grant_types else ())
    return await engine.move(unit, kind, client.client_id, binding_id, kind.lifecycle.release, by="client")


async def release_with_token(
    unit: Unit,
    kind: BindingKind[B],
    client: Client,
    grant_id: str,
    binding_id: str,
    holder: RegisterAnswer | None,
    policy: Policy,
) -> B:
    """Release for the person of a token: who holds the binding, or as its holder's guardian supervises it.

    Raises `GrantEnded`, `InsufficientScope` when the grant permits no binding, or no more, `Overtaken`,
    `BindingNotFound`, `MoveForbidden`.
    """
    grant = await grants.hold(unit, client.client_id, grant_id, *_who(holder), answer=holder)
    # The registration as it is while the client is held: the operator may have taken the permission away meanwhile.
    registered = await get_client(unit, client.client_id)
    check_may_handle(permitted(registered, grant.authorisation, grant.decided).scope)
    released = await bindings.release_by_person(
        unit,
        grant.person_id,
        binding_id,
        _record(holder),
        policy,
        client_id=client.client_id,
        kinds={kind.name: kind},
    )
    return cast("B", released)  # of the only kind that was asked for


async def release_for_person(
    unit: Unit, person_id: str, session_id: str, binding_id: str, child: RegisterAnswer | None, policy: Policy
) -> Binding:
    """Release at the person's own pages, also for a `child`. Raises `SignedOut`, and as above."""
    await persons.seize(unit, person_id, *_who(child), answer=child)
    await check_signed_in(unit, person_id, session_id)
    released = await bindings.release_by_person(unit, person_id, binding_id, _record(child), policy)
    await settle_disputes_of(unit, person_id)
    return released


def _who(answer: RegisterAnswer | None) -> tuple[str, ...]:
    return () if answer is None else (answer.record.person_id,)


def _record(answer: RegisterAnswer | None) -> RegistryRecord | None:
    return None if answer is None else answer.record
