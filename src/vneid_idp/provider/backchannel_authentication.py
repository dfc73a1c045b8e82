"""The backchannel authentication endpoint (CIBA Core §7): a client names a person, who answers in the app."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.events import EventKind
from vneid_idp.clients.service import Once, request_once
from vneid_idp.identity.account_rules import Account
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.keys.ring import NotSignedHere
from vneid_idp.protocol import backchannel_object, request_object
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.checks.table import Column, check_arrival, read_authorization
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, InvalidRequestObject, TooManyPrompts, UnknownUserId
from vneid_idp.protocol.hints import Hint, HintKind
from vneid_idp.protocol.jose import BadToken, Unverified, read_unverified
from vneid_idp.protocol.params import Params, read_params
from vneid_idp.protocol.tokens import is_id_token
from vneid_idp.provider.bodies import form_pairs
from vneid_idp.provider.client_auth import authenticate
from vneid_idp.provider.request_object import counting, find
from vneid_idp.provider.resources import known_resources
from vneid_idp.use_cases.ask_person import Terms, ask_person, check_unused, person_of_phone, person_of_subject
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, TooManyRequests, Tried
from vneid_idp.web.responses import json_response

INTERVAL: Instant = 2 * SECOND
"""How long a client waits between polls: somebody stands at a counter."""
_SAID = "said"
"""What a hint says, as it is counted."""


async def authenticate_elsewhere(request: Request) -> Response:
    """`POST /backchannel-authentication`: keep the request until the person answers, if there is one.

    Whom the hint means is never told: for nobody, and for who cannot or need not answer, the same is done and said.
    """
    provider = idp(request)
    params = read_params(await form_pairs(request))
    client = await authenticate(provider, request, params)
    check_arrival(Column.BACKCHANNEL, client, params)
    try:
        async with counting(provider, request, params):
            resolved, once = await _resolve(provider, client, params, await find(provider, client, params))
    except InvalidRequestObject as error:
        # CIBA has no code of its own for it (Core §13).
        raise InvalidRequest(error.description, about="request") from None
    draft = RequestDraft(client, resolved, known=await known_resources(provider, resolved))
    asked = read_authorization(Column.BACKCHANNEL, draft)
    if once is not None:
        async with provider.db.glance() as unit:
            await check_unused(unit, client.client_id, once)
    # Before anybody is looked for, which takes the longer the more people a client has.
    await provider.limits.spend(Secret.POLLED_REQUEST, Tried(client=client.client_id), 1)
    said, account = await _meant(provider, client, draft.hint)
    if account is None and client.tells_unknown_users:
        raise UnknownUserId("The hint means nobody who has an account here.")
    if not await _may_be_asked(provider, client, said, account):
        account = None
    terms = Terms(
        life=draft.backchannel_life,
        interval=INTERVAL,
        binding_message=draft.binding_message,
        declared_place=draft.declared_place,
        with_number=PROFILES[client.profile].number_to_show,
        notification_token=draft.notification_token,
    )
    # Answered with a proof of that moment, whoever is signed in on the phone: so it is no page left open that approves.
    asked = replace(asked, prompt=frozenset({"login"}))
    opened = await provider.db.transact(
        lambda unit: ask_person(unit, provider.keys.sealer, asked, account, terms, once)
    )
    body: dict[str, Any] = {
        "auth_req_id": opened.handle,
        "expires_in": terms.life // SECOND,
        "interval": INTERVAL // SECOND,
    }
    if opened.number is not None:
        body["number_to_show"] = opened.number
    return json_response(body)


async def _resolve(
    provider: Idp, client: Client, params: Params, found: Unverified | None
) -> tuple[Params, Once | None]:
    """The parameters, of a signed request those inside alone (CIBA Core §7.1.1), and what of it counts once. Raises
    `InvalidRequestObject`."""
    if found is None:
        return params, None
    alg = backchannel_object.algorithm_for(client, found)
    try:
        await provider.client_keys.check_signature(client, found, alg)
    except BadToken as error:
        raise InvalidRequestObject(f"The request object {error}.") from None
    once = request_once(*backchannel_object.check_complete(found))
    request_object.check_claims(client, found, provider.issuer, provider.clock.now())
    return request_object.merge(client, {}, found.claims), once


async def _meant(provider: Idp, client: Client, hint: Hint) -> tuple[str, Account | None]:
    """What the hint says, and the account of whom it means, if there is one.

    Raises `InvalidRequest` and `ExpiredLoginHintToken` for a hint that is none, whoever it means.
    """
    phone: str | None = hint.value
    if hint.kind is HintKind.ID_TOKEN_HINT:
        sub = _subject_of(provider, client, hint.value)
        async with provider.db.reading() as unit:
            account = await person_of_subject(
                unit,
                client,
                sub,
                provider.keys.pairwise_key,
                lambda: provider.limits.spend(Secret.SUBJECT_HINT, Tried(client=client.client_id), 1),
            )
        return sub, account
    if hint.kind is HintKind.LOGIN_HINT_TOKEN:
        phone = await _named_by_client(provider, client, hint.value)
    async with provider.db.reading() as unit:
        account = await person_of_phone(unit, provider.keys.blind, phone or "")
    return phone or hint.value, account


def _subject_of(provider: Idp, client: Client, hint: str) -> str:
    """The subject of an ID token that this client got, expired or not."""
    try:
        claims = provider.keys.verify_own(hint, provider.clock.now())
    except NotSignedHere:
        claims = {}
    if not is_id_token(claims) or claims["aud"] != client.client_id:
        raise InvalidRequest("id_token_hint is no ID token of this provider for this client.", about="id_token_hint")
    return str(claims["sub"])


async def _named_by_client(provider: Idp, client: Client, token: str) -> str | None:
    try:
        found = read_unverified(token)
        alg = backchannel_object.algorithm_for(client, found)
        await provider.client_keys.check_signature(client, found, alg)
    except BadToken as error:
        raise InvalidRequest(f"login_hint_token {error}.", about="login_hint_token") from None
    except InvalidRequestObject as error:
        raise InvalidRequest(error.description, about="login_hint_token") from None
    return backchannel_object.phone_named(client, found.claims, provider.issuer, provider.clock.now())


async def _may_be_asked(provider: Idp, client: Client, said: str, account: Account | None) -> bool:
    """Whether whom a hint means may be asked once more; for nobody the same is counted. Raises `TooManyPrompts`.

    The client is told of what it said too often, and not that a person was meant too often in several ways: else it
    would learn that a number and a subject are the same person. Nobody is asked then, and the request stands.
    """
    person_id = None if account is None else account.person_id
    whom = person_id or said
    told = provider.keys.blind.of(_SAID, said)
    asked = provider.keys.blind.of(Secret.PROMPT, whom)
    try:
        await provider.limits.spend(Secret.PROMPT, Tried(account=told, client=client.client_id), 1)
    except TooManyRequests:
        provider.spent_budgets.spent(EventKind.REQUEST_BUDGET_SPENT, person_id, client.client_id)
        raise TooManyPrompts("This person was asked too often in the last minutes. Nobody was asked.") from None
    try:
        await provider.limits.spend(Secret.PROMPT, Tried(account=asked, client=client.client_id), 1)
    except TooManyRequests:
        provider.spent_budgets.spent(EventKind.REQUEST_BUDGET_SPENT, person_id, client.client_id)
        return False
    return True


doors = [
    Door.protocol(
        "/backchannel-authentication",
        authenticate_elsewhere,
        "POST",
        announced="backchannel_authentication_endpoint",
    )
]
