"""Notices while the app is closed (W3C Push API): where the browser takes them, and what its worker then shows."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.kernel.errors import DomainError
from vneid_idp.keys.vapid import NoPushService
from vneid_idp.phone.access import HOME, Handset, for_handset_script
from vneid_idp.protocol.uris import BadUri, check_web_url
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_on_phone import hold_answering
from vneid_idp.web.bodies import BadBody, read_json
from vneid_idp.web.context import Idp
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import json_response
from vneid_idp.web.static import static_url

_LONGEST = 1_000


class BadEndpoint(DomainError):
    """No address of a push service."""

    code = "bad_endpoint"
    status = 422
    title = "This is no address to which notices could be pushed."


async def keep(request: Request, handset: Handset) -> Response:
    """Keep where the browser takes notices. Raises `BadEndpoint`."""
    check_csrf(request, {})
    provider, phone, endpoint = handset.provider, handset.phone, await _endpoint(request, handset.provider)

    async def work(unit: Unit) -> None:
        await hold_answering(unit, provider.vault, phone)
        await enrolled_phones.subscribe(unit, provider.vault, phone, endpoint)

    await provider.db.transact(work)
    return json_response({})


async def _endpoint(request: Request, provider: Idp) -> str:
    try:
        endpoint = (await read_json(request)).get("endpoint")
        if not isinstance(endpoint, str) or len(endpoint) > _LONGEST:
            raise BadEndpoint
        check_web_url(endpoint, loopback=provider.sandbox)
        provider.keys.vapid.authorization(endpoint, provider.issuer, provider.clock.now())
    except (BadBody, BadUri, NoPushService) as error:
        raise BadEndpoint from error
    return endpoint


async def notice(request: Request) -> Response:
    """What the worker shows: that something waits, and neither from whom nor what about. A phone that was removed since
    is shown the same: browsers want a notice for each push."""
    return json_response(
        {
            "title": gettext(request, "Something waits for you"),
            "body": gettext(request, "Open the identity app to read it."),
            "icon": static_url("phone-192.png"),
        }
    )


doors = [
    Door.api(f"{HOME}/notices", for_handset_script(keep), "POST"),
    Door.api(f"{HOME}/notice", notice),
]
