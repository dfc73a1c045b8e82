"""`/console/deliveries`: what waits to leave, and what was given up. Never what is in it."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.console.parts import console_door
from vneid_idp.delivery import service
from vneid_idp.delivery.channels import Channel
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import mark
from vneid_idp.web.pages import ListPart, read_after
from vneid_idp.web.responses import see_other

_PATH = "/console/deliveries"
CHANNELS: Mapping[Channel, str] = {
    Channel.SMS: mark("Text messages"),
    Channel.LOGOUT_TOKEN: mark("Log-out notices"),
    Channel.LOGO: mark("Logos"),
    Channel.PHONE_NOTICE: mark("Notices to phones"),
    Channel.BACKCHANNEL_ANSWER: mark("Notices that a person answered"),
    Channel.SECURITY_EVENTS: mark("Events about numbers"),
    Channel.SWAP_EVENTS: mark("Notices of other SIM cards"),
}
_PAGE = 100
_KEPT = Kept(("delivery", "after", "reason"))


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of the queue; with `?dead`, or where something is wrong with what was sent there, of what was given up."""
    form, errors = entered(request)
    return await _page(request, colleague, form, errors, dead=bool(errors) or "dead" in request.query_params)


async def change(request: Request, colleague: Colleague) -> Response:
    """Try one again, or discard it; then the page on which it stood."""
    form, errors = await read_form(request), Errors()
    do = service.retry if form.one_of("what", "retry", "discard") == "retry" else service.discard
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _page(request, colleague, form, errors, dead=True)
    await colleague.act(lambda unit: do(unit, form["delivery"], deed))
    return see_other(f"{_PATH}?{request.url.query or 'dead'}")


async def _page(request: Request, colleague: Colleague, form: Form, errors: Errors, *, dead: bool) -> Response:
    after = form["after"] if errors else read_after(request)
    async with colleague.provider.db.reading() as unit:
        found = await service.list_deliveries(unit, dead=dead, after=after, limit=_PAGE + 1)
    part = ListPart.of(found, _PAGE)
    return form_page(
        request,
        "console/deliveries.html",
        form,
        errors,
        kept=_KEPT,
        dead=dead,
        after=after,
        deliveries=part.shown,
        channel_words=CHANNELS,
        here=f"{_PATH}?dead" + (f"&after={quote(after)}" if after else ""),
        last=part.last and part.last.delivery_id,
    )


doors = [
    console_door(_PATH, show),
    console_door(_PATH, change, "POST"),
]
