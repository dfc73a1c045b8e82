"""Passkeys at sign-in: two steps that the script of the page speaks, in JSON.

A passkey tells by itself who signs in, so nothing is typed. It is no secret that could be guessed, which is why a
lock-out of guessed passwords does not close this door to its holder.
"""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import PasskeyRefused
from vneid_idp.identity.factors.proofs import SignInProof
from vneid_idp.interaction.signed_in import arrive
from vneid_idp.interaction.signin_place import Place, find_place
from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.passkeys import give_options, read_passkey, site_of
from vneid_idp.web.responses import json_response


class NotNow(DomainError):
    """No passkey is asked for at this point of the request."""

    code = "not_now"
    status = 409
    title = "No passkey is asked for at this point. Reload the page."


class AccountNotUsable(DomainError):
    """The passkey is right, the account cannot be used. `detail` says why."""

    code = "account_not_usable"
    status = 403
    title = "The account cannot be used at present."


async def options(request: Request) -> Response:
    """What `navigator.credentials.get()` needs, and the sealed challenge to bring back."""
    check_csrf(request, {})
    place, person_id = await _asked(request)
    provider = place.provider
    async with provider.db.reading() as unit:
        made = await passkeys.authentication_options(
            unit, provider.keys.sealer, site_of(provider), context=place.context, person_id=person_id
        )
    return give_options(made)


async def finish(request: Request) -> Response:
    """Verify the answer of the authenticator; the address to go on to."""
    check_csrf(request, {})
    place, person_id = await _asked(request)
    provider = place.provider
    body = await read_passkey(request)
    # Nobody can lock a stranger's passkey out, and passwords that were guessed in this network lock none out.
    tried = place.tried() if place.browser is None else Tried(browser=place.browser.number)
    await provider.limits.admit(Secret.PASSKEY, tried)
    try:
        who = await provider.db.transact(
            lambda unit: passkeys.authenticate(
                unit,
                provider.keys.sealer,
                site_of(provider),
                context=place.context,
                sealed=body["sealed"],
                answer=body["answer"],
                person_id=person_id,
            )
        )
    except PasskeyRefused:
        await provider.limits.failed(Secret.PASSKEY, tried)
        raise
    standing = await arrive(request, place, who.person_id, SignInProof(who.method.name, who.credential_id))
    if standing is not AccountStanding.USABLE:
        raise AccountNotUsable(standing.value)
    return json_response({"next": place.next if person_id is None else place.next_after_second})


async def _asked(request: Request) -> tuple[Place, str | None]:
    """The place, and the person when it is their second factor that is asked for."""
    place = await find_place(request)
    if request.url.path.removeprefix(place.path).startswith("/second/"):
        if not place.wants_second or place.session is None:
            raise NotNow
        return place, place.session.person_id
    if not place.wants_first:
        raise NotNow
    return place, None


doors = [
    Door.api(f"/signin{interaction}{second}/passkey{step}", endpoint, "POST")
    for interaction in ("", "/{interaction}")
    for second in ("", "/second")
    for step, endpoint in (("/options", options), ("", finish))
]
