"""`/console/clients/{client_id}/registration`: what people see of a client and where they are sent; `/metadata`: all.

The first is a form for what changes often; the second takes the whole registration as JSON, as the command and the
admin API do. Either way a page that is older than the registration is refused.
"""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import by_operator, service
from vneid_idp.console.client_fields import (
    NAMES,
    choices_in_words,
    groups_shown,
    merged,
    missing_fields,
    problem_at,
    shown_values,
)
from vneid_idp.console.client_secret import to_secret
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door, seen_client
from vneid_idp.console.words import refused_metadata
from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.responses import see_other

_KEPT = {"fields": ("seen", *NAMES, "reason"), "metadata": ("seen", "metadata", "reason")}


async def show(request: Request, colleague: Colleague) -> Response:
    """The form."""
    return await _page(request, colleague, "fields", *entered(request))


async def show_all(request: Request, colleague: Colleague) -> Response:
    """The whole registration, to be written anew."""
    return await _page(request, colleague, "metadata", *entered(request))


async def change(request: Request, colleague: Colleague) -> Response:
    """Change what the form has."""
    form = await read_form(request)
    return await _change(request, colleague, "fields", form, None)


async def change_all(request: Request, colleague: Colleague) -> Response:
    """Replace the registration."""
    form = await read_form(request)
    try:
        members = read_foreign_json(form["metadata"])
    except BadJson:
        members = None
    if not isinstance(members, dict):
        errors = Errors(metadata=gettext(request, "This is no JSON object."))
        return await _page(request, colleague, "metadata", form, errors)
    return await _change(request, colleague, "metadata", form, members)


async def _change(
    request: Request, colleague: Colleague, kind: str, form: Form, members: dict[str, Any] | None
) -> Response:
    errors = Errors(missing_fields(request, form) if kind == "fields" else {})
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _page(request, colleague, kind, form, errors)
    provider = colleague.provider

    async def work(unit: Unit) -> tuple[Client, str | None]:
        client = await seen_client(unit, request, form)
        wanted = merged(client.metadata, form) if members is None else members
        return await by_operator.update(unit, client, wanted, deed, sandbox=provider.sandbox)

    try:
        client, secret = await colleague.act(work)
    except InvalidClientMetadata as refusal:
        return await _page(request, colleague, kind, form, Errors(_problem(request, kind, refusal)))
    client = await fetch_logo(provider.db, provider.dispatcher, client)
    if secret is not None:
        return to_secret(request, colleague, client, secret)
    return see_other(f"{CLIENTS}/{client.client_id}")


def _problem(request: Request, kind: str, refusal: InvalidClientMetadata) -> dict[str, str]:
    if kind == "metadata":
        return {"metadata": refused_metadata(request, refusal)}
    return problem_at(request, refusal, {})


async def _page(request: Request, colleague: Colleague, kind: str, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, request.path_params["client_id"])
    values = shown_values(client.metadata)
    values["metadata"] = orjson.dumps(client.metadata, option=orjson.OPT_INDENT_2).decode()
    return form_page(
        request,
        f"console/client_{kind}.html",
        form,
        errors,
        kept=Kept(_KEPT[kind]),
        client=client,
        seen=form["seen"] or client.version,
        groups=groups_shown(request, values | dict(form), errors),
        choices=choices_in_words(request),
        values=values | dict(form),
    )


doors = [
    console_door(f"{CLIENT}/registration", show),
    console_door(f"{CLIENT}/registration", change, "POST"),
    console_door(f"{CLIENT}/metadata", show_all),
    console_door(f"{CLIENT}/metadata", change_all, "POST"),
]
