"""Passkeys at sign-in: two steps that the script of the page speaks, in JSON.

A passkey tells by itself who signs in, so nothing is typed. It is no secret that could be guessed, which is why a
lock-out of guessed passwords does not close this door to its holder.
"""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vneid_idp.identity import passkeys
from vneid_idp.identity.passkeys import PasskeyRefused
from vneid_idp.identity.rules import Standing
from vneid_idp.interaction.arrival import arrive
from vneid_idp.interaction.place import Place, find_place, site_of
from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.limits import Secret

_MOST_BYTES = 16 * 1024


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
    return JSONResponse({"options": orjson.loads(made.options), "sealed": made.sealed})


async def finish(request: Request) -> Response:
    """Verify the answer of the authenticator; the address to go on to."""
    check_csrf(request, {})
    place, person_id = await _asked(request)
    provider = place.provider
    body = await read_json(request)
    # Only the address is counted: nobody can lock a stranger's passkey out.
    tried = place.tried()
    await provider.limits.admit(Secret.SIGN_IN, tried)
    try:
        async with provider.db.writing() as unit:
            who = await passkeys.authenticate(
                unit,
                provider.keys.sealer,
                site_of(provider),
                context=place.context,
                sealed=body["sealed"],
                answer=body["answer"],
                person_id=person_id,
            )
    except PasskeyRefused:
        await provider.limits.failed(Secret.SIGN_IN, tried)
        raise
    standing = await arrive(request, place, who.person_id, who.method.name)
    if standing is not Standing.USABLE:
        raise AccountNotUsable(standing.value)
    return JSONResponse({"next": place.next if person_id is None else place.next_after_second})


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


async def read_json(request: Request) -> dict[str, str]:
    """The JSON object of texts that the script sends; raises `PasskeyRefused` for anything else."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise PasskeyRefused("too long")
    try:
        value: Any = orjson.loads(bytes(body))
    except orjson.JSONDecodeError as error:
        raise PasskeyRefused("not JSON") from error
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in ("sealed", "answer")):
        raise PasskeyRefused("not the members that were asked for")
    return {name: text for name, text in value.items() if isinstance(text, str)}


doors = [
    Door.api(f"/signin{interaction}{second}/passkey{step}", endpoint, "POST")
    for interaction in ("", "/{interaction}")
    for second in ("", "/second")
    for step, endpoint in (("/options", options), ("", finish))
]
