"""`/console/resource-servers`: who takes signed access tokens of this provider; registered, changed and removed.

The rules are those of the command and the admin API (`protocol/resource_servers.py`). A form has a group of fields for
each scope, and a button that brings one more, so that it needs no script.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import resource_servers
from vneid_idp.console.parts import console_door
from vneid_idp.console.server_fields import (
    LABELS,
    add_row,
    kept_of,
    members_of,
    missing_fields,
    rows_of,
    shown_values,
)
from vneid_idp.console.words import refused_in_words, said
from vneid_idp.kernel.languages import DEFAULT, LANGUAGES
from vneid_idp.protocol.resource_servers import (
    MOST_SCOPES,
    SIGNING_ALGORITHMS,
    BadResourceServer,
    ResourceServer,
    read_server,
)
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.drafts import again, fits
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.pages import ListPart, read_after
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

PATH = "/console/resource-servers"
_NEW = f"{PATH}/+"
_ONE = f"{PATH}/{{server_id}}"
_PAGE = 50
_PLACES = {"unknown_family": "family", "resource_server_exists": "resource"}
"""The field that a refusal is about."""


async def show(request: Request, colleague: Colleague) -> Response:
    """A page of all resource servers."""
    async with colleague.provider.db.reading() as unit:
        found = await resource_servers.page(unit, after=read_after(request), limit=_PAGE + 1)
    part = ListPart.of(found, _PAGE)
    last = part.last and part.last.server_id
    return render(request, "console/resource_servers.html", servers=part.shown, last=last)


async def show_new(request: Request, colleague: Colleague) -> Response:
    """The form for a new one."""
    return _form(request, None, *entered(request))


async def register(request: Request, colleague: Colleague) -> Response:
    """Register what the form describes."""
    form = await read_form(request)
    if form["what"] == "more":
        return _more(request, None, form)
    errors = Errors(missing_fields(request, form, new=True))
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return _form(request, None, form, errors)
    try:
        members = read_server(members_of(form, form["resource"].strip()), colleague.provider.issuer)
    except BadResourceServer as refusal:
        return _form(request, None, form, Errors(_problem(request, refusal)))
    with refused_in_words(request, errors, "resource", _PLACES):
        server = await colleague.act(lambda unit: resource_servers.register(unit, members, deed))
        return see_other(f"{PATH}/{server.server_id}")
    return _form(request, None, form, errors)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """One of them, and the form that removes it."""
    return await _one(request, colleague, *entered(request))


async def remove(request: Request, colleague: Colleague) -> Response:
    """Issue no token for it any more."""
    form, errors = await read_form(request), Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _one(request, colleague, form, errors)
    await colleague.act(lambda unit: resource_servers.remove(unit, request.path_params["server_id"], deed))
    return see_other(PATH)


async def show_change(request: Request, colleague: Colleague) -> Response:
    """The form with what is registered."""
    return _form(request, await _server(request, colleague), *entered(request))


async def change(request: Request, colleague: Colleague) -> Response:
    """Put what the form describes in place of what stands, unless somebody else did since the page was opened."""
    form, server = await read_form(request), await _server(request, colleague)
    if form["what"] == "more":
        return _more(request, server, form)
    errors = Errors(missing_fields(request, form, new=False))
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return _form(request, server, form, errors)

    async def work(unit: Unit) -> ResourceServer:
        return await resource_servers.change(unit, server.server_id, members, deed, seen=form["seen"])

    try:
        members = read_server(members_of(form, server.members.identifier), colleague.provider.issuer)
        with refused_in_words(request, errors, "family", _PLACES):
            await colleague.act(work)
            return see_other(f"{PATH}/{server.server_id}")
    except BadResourceServer as refusal:
        errors = Errors(_problem(request, refusal))
    return _form(request, server, form, errors)


async def _server(request: Request, colleague: Colleague) -> ResourceServer:
    async with colleague.provider.db.reading() as unit:
        return await resource_servers.get(unit, request.path_params["server_id"])


def _problem(request: Request, refusal: BadResourceServer) -> Mapping[str, str]:
    return {refusal.member: said(request, refusal.wording, gettext(request, LABELS[refusal.member]))}


def _more(request: Request, server: ResourceServer | None, form: Form) -> Response:
    """The form with one more scope to fill in."""
    form = add_row(form)
    place, kept = request.url.path, kept_of(form)
    if fits(request, place, form, kept, {}):
        return again(request, place, form, kept)
    return _form(request, server, form, Errors())


def _form(request: Request, server: ResourceServer | None, form: Form, errors: Errors) -> Response:
    values = Form([*(form or shown_values(server)).items()])
    context: dict[str, Any] = {
        "server": server,
        "values": values,
        "rows": rows_of(values),
        "languages": LANGUAGES,
        "main_language": DEFAULT,
        "most": MOST_SCOPES,
        "algorithms": [(alg, alg) for alg in SIGNING_ALGORITHMS],
        "seen": form["seen"] or (resource_servers.version_of(server) if server else ""),
    }
    kept = Kept(kept_of(values))
    return form_page(request, "console/resource_server_fields.html", form, errors, kept=kept, **context)


async def _one(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    server = await _server(request, colleague)
    return form_page(
        request,
        "console/resource_server.html",
        form,
        errors,
        kept=Kept(("reason",), f"{PATH}/{server.server_id}"),
        server=server,
        languages=LANGUAGES,
    )


doors = [
    console_door(PATH, show),
    console_door(_NEW, show_new),
    console_door(_NEW, register, "POST"),
    console_door(_ONE, show_one),
    console_door(f"{_ONE}/change", show_change),
    console_door(f"{_ONE}/change", change, "POST"),
    console_door(f"{_ONE}/remove", remove, "POST"),
]
