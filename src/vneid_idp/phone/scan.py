"""`/phone/scan`: where the camera of a phone leads that read the pattern of a sign-in.

What the pattern says stands after `#`, which no browser sends: the script of the page brings it. So no log holds it,
and nothing that merely looks at addresses uses a pattern up.
"""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.phone.access import HOME, Handset, find_handset, for_handset_script
from vneid_idp.phone.pages import page
from vneid_idp.use_cases.answer_on_phone import PatternOutdated, scan_pattern
from vneid_idp.web.bodies import BadBody, read_json
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.request_headers import header
from vneid_idp.web.responses import json_response, see_other


async def show(request: Request) -> Response:
    """The page whose script brings the pattern, on a phone that is set up. A camera opens it, and no other site: a
    link of theirs would have somebody's phone read a pattern that they never saw."""
    if header(request, b"sec-fetch-site", "none") not in ("same-origin", "none"):
        return see_other(HOME)
    handset = await find_handset(request)
    return page(request, "intro", scanned=True) if handset is None else page(request, "scan", handset=handset)


async def scan(request: Request, handset: Handset) -> Response:
    """Give the sign-in to this phone; where it is answered. Raises `PatternOutdated`."""
    check_csrf(request, {})
    try:
        code = (await read_json(request)).get("code")
    except BadBody as error:
        raise PatternOutdated from error
    provider, phone = handset.provider, handset.phone
    read = code if isinstance(code, str) else ""
    sign_in_id = await provider.db.transact(
        lambda unit: scan_pattern(unit, provider.vault, provider.keys.sealer, phone, read)
    )
    return json_response({"next": f"{HOME}/sign-in/{sign_in_id}"})


doors = [
    Door.page(f"{HOME}/scan", show),
    Door.api(f"{HOME}/scan/code", for_handset_script(scan), "POST"),
]
