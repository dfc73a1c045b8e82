"""`bindings/v1`: bind a network's account to the person of the token, read, list, release, ask what it may do."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, status
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.bindings import standing_by
from vneid_idp.bindings.engine import disclosure
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.engine.rules import BindingNotFound, acts_for
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT as KIND
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.bindings.social_accounts.service import disclose_by_account
from vneid_idp.bindings.social_accounts.words import LevelRequired
from vneid_idp.clients.service import UnknownClient
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity import persons
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Policy, Rules
from vneid_idp.protocol.claims import check_may_bind, check_may_handle
from vneid_idp.protocol.errors import InsufficientAuthentication, InsufficientScope, InvalidToken
from vneid_idp.protocol.levels import LEVEL_2
from vneid_idp.resources.bearer import Caller, find_caller
from vneid_idp.resources.holders import Found, with_holders
from vneid_idp.resources.on_record import put_on_record
from vneid_idp.resources.representations import (
    BINDING_ID,
    Account,
    AccountStatus,
    Binding,
    BindingPage,
    State,
    unverified,
)
from vneid_idp.resources.telling import tell
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.bind_account import bind_account
from vneid_idp.use_cases.release_binding import release_for_client, release_with_token
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.cursors import new_cursor, read_cursor
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store

_UNVERIFIED = "unverified"


class _BindingId(StringConvertor):
    regex = BINDING_ID


# `/{binding_id:binding_id}`: an address with anything else in that place is no address of ours (404, or 405).
register_url_convertor("binding_id", _BindingId())

_EVERYWHERE = {"_401": "invalid_token", "_422": "malformed", "_503": "temporarily_unavailable, registry_unavailable"}
router = APIRouter(
    prefix="/bindings/v1/social-accounts",
    tags=["Social accounts"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)
CallerOf = Annotated[Caller, Depends(find_caller)]
BindingIdOf = Annotated[str, Path(pattern=f"^{BINDING_ID}$", description="The binding, as it was returned.")]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Bind an account to the person of the access token",
    responses={
        200: {"model": Binding, "description": "The account was bound to this person before; this is the binding now."},
        **problems(
            _401="invalid_token, insufficient_user_authentication",
            _403="insufficient_scope, link_not_confirmed, guardian_required, own_proof_required",
            _409="account_bound_to_another, account_limit_reached, binding_suspended, idempotency_conflict",
            _422="malformed",
            _503="temporarily_unavailable, registry_unavailable",
        ),
    },
)
async def bind(
    request: Request,
    response: Response,
    caller: CallerOf,
    account: Account,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="Repeating a request with the same key repeats its result. A key counts for one authorization: "
            "what the person agreed to later is another request, whatever its key.",
        ),
    ] = None,
) -> Binding:
    """Needs an access token that names a person: scope `binding:social_account` for the person's own account, or
    `binding:child_account` for the account of the child whom a guardian chose. The person confirms each link on a page
    of the authorization request, and the access token of that request links one account, once and within ten minutes;
    after `prompt=none` it links none. Asking again changes nothing, unless the new proof is better: the young person's
    own after a guardian's, or a higher level; or the account rests for want of a guardian: then another guardian's
    proof, or the young person's own, lets it count again."""
    provider, grant_id = idp(request), _check_person(caller)
    policy = await provider.current_policy()
    assert caller.authorisation.holder is not None
    answer = await persons.ask(provider.db, provider.registry, caller.authorisation.holder)
    if answer is None:
        raise InvalidToken("The person of this access token is not in the registry any more.")

    async def work(unit: Unit) -> tuple[Bound[SocialAccount], Disclosure[SocialAccount], Instant]:
        bound = await bind_account(
            unit,
            provider.vault,
            provider.keys.blind,
            caller.client,
            grant_id,
            answer,
            policy,
            account_id=account.account_id,
            idempotency_key=idempotency_key,
        )
        found = await disclosure.get(unit, KIND, caller.client.client_id, bound.binding.binding_id)
        return bound, found, unit.now

    try:
        bound, found, now = await provider.db.transact(work)
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    except LevelRequired as error:
        raise InsufficientAuthentication(error.title, (LEVEL_2,)) from error
    no_store(response)
    response.headers["Location"] = provider.url(f"{router.prefix}/{bound.binding.binding_id}")
    if not bound.created:
        response.status_code = status.HTTP_200_OK
    shown = tell(caller.client, found, answer.record, policy.at(now), now)
    await put_on_record(provider, caller, [(found.binding, shown)])
    return shown


def _check_person(caller: Caller) -> str:
    """The grant behind a token that names a person and permits binding an account of theirs, or of their child.

    The use case asks the same of the grant; a token may permit less (RFC 6749 §6).
    """
    if caller.grant_id is None:
        raise InsufficientScope("This access token names no person; use one from the authorization code flow.")
    caller.check_itself()
    check_may_bind(caller.authorisation.scope, for_child=caller.authorisation.on_behalf_of is not None)
    return caller.grant_id


@router.get(
    "",
    summary="List the network's own bindings",
    responses=problems(_400="invalid_cursor", **_EVERYWHERE, _403="insufficient_scope"),
)
async def list_bindings(
    request: Request,
    response: Response,
    caller: CallerOf,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before.")] = None,
    state: Annotated[State | None, Query(description="Only bindings in this state.")] = None,
) -> BindingPage:
    """Needs the network's own access token (client credentials, scope `binding:social_account`)."""
    caller.check_own()
    provider, client_id = idp(request), caller.client.client_id
    policy = await provider.current_policy()
    after = None if cursor is None else read_cursor(provider, (client_id, state), cursor)
    found = await with_holders(provider, client_id, lambda unit: _list(unit, client_id, state, after, limit + 1))
    part = ListPart.of(found.bindings, limit)
    items = tuple(_told(caller, each, found, policy) for each in part.shown)
    await put_on_record(provider, caller, zip((each.binding for each in part.shown), items, strict=True))
    no_store(response)
    return BindingPage(
        items=items,
        next_cursor=None
        if part.last is None
        else new_cursor(provider, (client_id, state), part.last.binding.binding_id),
    )


async def _list(
    unit: Reading, client_id: str, state: State | None, after: str | None, limit: int
) -> tuple[Disclosure[SocialAccount], ...]:
    states = {found.value: found for found in KIND.lifecycle.signs.values()}
    if state is not None and state.value not in states:
        return ()
    wanted = None if state is None else states[state.value]
    return await disclosure.list_for_client(unit, KIND, client_id, state=wanted, after=after, limit=limit)


@router.post(
    "/status",
    summary="Ask what an account may do",
    responses=problems(**_EVERYWHERE, _403="insufficient_scope"),
)
async def account_status(request: Request, response: Response, caller: CallerOf, account: Account) -> AccountStatus:
    """Also for an account that nobody has proved. Needs the network's own access token (client credentials, scope
    `binding:social_account`). A POST, so that no account id stands in a log of addresses."""
    caller.check_own()
    provider, client_id = idp(request), caller.client.client_id
    policy = await provider.current_policy()

    async def of_account(unit: Reading) -> list[Disclosure[SocialAccount]]:
        each = await disclose_by_account(unit, provider.keys.blind, client_id, account.account_id)
        return [] if each is None else [each]

    found = await with_holders(provider, client_id, of_account)
    no_store(response)
    if not found.bindings:
        return AccountStatus(account_state=_UNVERIFIED, binding=None, capabilities=unverified(policy.at(found.now)))
    binding = _told(caller, found.bindings[0], found, policy)
    await put_on_record(provider, caller, [(found.bindings[0].binding, binding)])
    return AccountStatus(account_state=binding.state, binding=binding, capabilities=binding.capabilities)


_ONE = problems(**_EVERYWHERE, _403="insufficient_scope", _404="binding_not_found, not_found")


@router.get("/{binding_id:binding_id}", summary="Read a binding", responses=_ONE)
async def read(request: Request, response: Response, caller: CallerOf, binding_id: BindingIdOf) -> Binding:
    """With the network's own token any binding of the network; with a person's, one that the person holds or
    supervises."""
    provider = idp(request)
    policy = await provider.current_policy()
    check_may_handle(caller.authorisation.scope)
    client_id = caller.client.client_id

    async def by_id(unit: Reading) -> list[Disclosure[SocialAccount]]:
        return [await disclosure.get(unit, KIND, client_id, binding_id)]

    found = await with_holders(provider, client_id, by_id)
    binding, person_id = found.bindings[0].binding, caller.person_id
    holder, rules = found.holders.get(binding.person_id), policy.at(found.now)
    if person_id is not None and not await _acts_for(provider, person_id, binding, holder, rules):
        # A stranger's binding and none at all look the same, and a former guardian is a stranger.
        raise BindingNotFound
    no_store(response)
    shown = _told(caller, found.bindings[0], found, policy)
    await put_on_record(provider, caller, [(binding, shown)])
    return shown


def _told(caller: Caller, each: Disclosure[SocialAccount], found: Found, policy: Policy) -> Binding:
    """One of what was `found`, for the network that calls."""
    alone = found.wanting.get(each.binding.binding_id)
    holder, rules = found.holders.get(each.binding.person_id), policy.at(found.now)
    return tell(
        caller.client, each, holder, rules, found.now, unsupervised=alone is not None, wants_guardian=alone is True
    )


async def _acts_for(
    provider: Idp, person_id: str, binding: SocialAccount, holder: RegistryRecord | None, rules: Rules
) -> bool:
    async with provider.db.glance() as unit:
        joined, now = await standing_by.find(unit, person_id, binding.binding_id) is not None, unit.now
    return acts_for(person_id, binding, holder, rules, now, joined=joined)


@router.delete(
    "/{binding_id:binding_id}", summary="Release a binding", responses=_ONE | problems(_409="binding_state_conflict")
)
async def release(request: Request, response: Response, caller: CallerOf, binding_id: BindingIdOf) -> Binding:
    """The account is nobody's again, and nothing more is told of it. Releasing twice is the same as once."""
    provider = idp(request)
    policy = await provider.current_policy()
    # Whether it is the caller's to release is judged in the unit that does it.
    caller.check_itself()
    check_may_handle(caller.authorisation.scope)
    async with provider.db.glance() as unit:
        holder_id = (await disclosure.get(unit, KIND, caller.client.client_id, binding_id)).binding.person_id
    answer = await persons.ask(provider.db, provider.registry, holder_id)

    async def work(unit: Unit) -> tuple[SocialAccount, Instant]:
        if caller.grant_id is None:
            return await release_for_client(unit, KIND, caller.client, binding_id), unit.now
        released = await release_with_token(unit, KIND, caller.client, caller.grant_id, binding_id, answer, policy)
        return released, unit.now

    try:
        released, now = await provider.db.transact(work)
    except (GrantEnded, UnknownClient) as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    return tell(caller.client, Disclosure(released, {}), None, policy.at(now), now)
