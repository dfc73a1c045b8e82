"""`/console/keys`: every key there ever was and its state now, never its material; and who is ready for the next."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients.key_readiness import Readiness, Verdict, find_readiness
from vneid_idp.console.parts import console_door
from vneid_idp.keys import service
from vneid_idp.keys.rules import KeyState
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.i18n import mark
from vneid_idp.web.templates import render

_STATES: Mapping[str, str] = {
    KeyState.ANNOUNCED: mark("announced"),
    KeyState.ACTIVE: mark("in use"),
    KeyState.RETIRED: mark("retired"),
    KeyState.GONE: mark("destroyed"),
}
_READINESS: Mapping[str, str] = {
    Readiness.FETCHED: mark("fetched it"),
    Readiness.NOT_SEEN: mark("not seen"),
    Readiness.CANNOT_TELL: mark("cannot be told"),
}
_VERDICTS: Mapping[str, str] = {
    Verdict.NOBODY_NEEDS_IT: mark("Safe to switch: no service is sent anything that this key signs."),
    Verdict.SAFE: mark("Safe to switch: every service that needs this key was seen fetching it."),
    Verdict.SAFE_AS_FAR_AS_SEEN: mark(
        "Safe to switch as far as can be seen: every service with a server has fetched it. Of apps on people's devices "
        "nobody can tell; a library that follows the standard fetches again when it meets an unknown key."
    ),
    Verdict.CANNOT_TELL: mark(
        "It cannot be told: every service that needs this key is an app on people's devices. A library that follows "
        "the standard fetches again when it meets an unknown key."
    ),
    Verdict.NOT_YET: mark(
        "Better not switch yet: services below were not seen fetching this key. Ask them, or wait. A library that "
        "follows the standard fetches again when it meets an unknown key; one that does not will refuse sign-ins."
    ),
}


async def show(request: Request, colleague: Colleague) -> Response:
    """The page."""
    async with colleague.provider.db.reading() as unit:
        found = await service.list_keys(unit)
        ready = await find_readiness(unit)
    return render(
        request,
        "console/keys.html",
        keys=sorted(found, key=lambda key: (key.kind, -key.generation)),
        ready=ready,
        states=_STATES,
        readiness=_READINESS,
        verdicts=_VERDICTS,
    )


doors = [console_door("/console/keys", show)]
