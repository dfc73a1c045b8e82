"""The phone of everybody in the sandbox: one-time codes that would go out by SMS."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.outbox import Outbox
from vneid_idp.web.context import idp
from vneid_idp.web.templates import render


async def outbox_page(request: Request) -> Response:
    """`GET /sandbox/outbox`: messages whose codes are still good, newest first."""
    provider = idp(request)
    notifier = provider.notifier
    assert isinstance(notifier, Outbox)
    async with provider.db.reading() as unit:
        messages = await notifier.latest(unit)
    response = render(request, "sandbox/outbox.html", messages=messages)
    response.headers["Refresh"] = "5"
    return response
