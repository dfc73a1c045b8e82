"""`/console/clients/{client_id}/registration`: what people see of a client and where they are sent; `/metadata`: all.

The first is a form for what changes often; the second takes the whole registration as JSON, as the command and the
admin API do. Either way a page that is older than the registration is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import by_operator, service
from vneid_idp.console.client_secret import to_secret
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door, seen_client
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other


@dataclass(frozen=True, slots=True)
class Field:
    """A member of the registration as the form shows it; `lines` is a list, one a line."""

    name: str
    label: str
    hint: str | None = None
    lines: bool = False
    required: bool = False


FIELDS = (
    Field("client_name", mark("Name"), mark("As people read it on the consent page."), required=True),
    Field("logo_uri", mark("Logo"), mark("Where we fetch it from; PNG, JPEG or WebP.")),
    Field("redirect_uris", mark("Redirect addresses"), mark("One a line. Answers go nowhere else."), lines=True),
    Field("post_logout_redirect_uris", mark("Addresses after signing out"), mark("One a line."), lines=True),
    Field(
        "allowed_cors_origins",
        mark("Origins of pages"),
        mark("One a line: whose scripts may read answers."),
        lines=True,
    ),
    Field("backchannel_logout_uri", mark("Address of log-out notices")),
    Field(
        "frontchannel_logout_uri",
        mark("Page that signs out"),
        mark("Loaded in a frame when people sign out; at the origin of a redirect address."),
    ),
    Field("contacts", mark("Contacts"), mark("One a line: whom we write to when something breaks."), lines=True),
    Field("client_uri", mark("Website")),
    Field("initiate_login_uri", mark("Where signing in begins"), mark("People are led there from their own page.")),
    Field("policy_uri", mark("Privacy policy")),
    Field("tos_uri", mark("Terms of use")),
    Field("scope", mark("Scope"), mark("With spaces between."), required=True),
    Field("family", mark("Organisation"), mark("The family with which it goes in and out of service.")),
)
_NAMES = {field.name: field for field in FIELDS}
_KEPT = {"fields": ("seen", *_NAMES, "reason"), "metadata": ("seen", "metadata", "reason")}


def _shown(field: Field, members: Mapping[str, Any]) -> str:
    value = members.get(field.name, "")
    return "\n".join(value) if field.lines and value else str(value or "")


def merged(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The registration with the fields of a form in place of what stands; an empty field takes its member away."""
    members = dict(before)
    for field in FIELDS:
        text = form[field.name].strip()
        value: Any = [line.strip() for line in text.splitlines() if line.strip()] if field.lines else text
        if value == before.get(field.name, type(value)()):
            continue
        # Null, and not a gap: what the operator alone sets stands where an update leaves it out.
        members[field.name] = value or None
    return members


def missing_fields(request: Request, form: Form) -> dict[str, str]:
    """What the form cannot do without: an emptied scope would fall back to its default, and take everything away."""
    return {
        field.name: gettext(request, "%(label)s: this is needed.", label=gettext(request, field.label))
        for field in FIELDS
        if field.required and not form[field.name].strip()
    }


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
        members = orjson.loads(form["metadata"])
    except orjson.JSONDecodeError:
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
        return await _page(request, colleague, kind, form, Errors(_problem(kind, refusal)))
    client = await fetch_logo(provider.db, provider.dispatcher, client)
    if secret is not None:
        return to_secret(request, colleague, client, secret)
    return see_other(f"{CLIENTS}/{client.client_id}")


def _problem(kind: str, refusal: InvalidClientMetadata) -> dict[str, str]:
    return {"metadata": refusal.description} if kind == "metadata" else problem_at(refusal)


def problem_at(refusal: InvalidClientMetadata, *more: str) -> dict[str, str]:
    """The refusal at the field of its member, one of `FIELDS` or `more`; else at the first."""
    member = refusal.member
    return {
        member if member is not None and (member in _NAMES or member in more) else "client_name": refusal.description
    }


async def _page(request: Request, colleague: Colleague, kind: str, form: Form, errors: Errors) -> Response:
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, request.path_params["client_id"])
    values: dict[str, str] = {field.name: _shown(field, client.metadata) for field in FIELDS}
    values["metadata"] = orjson.dumps(client.metadata, option=orjson.OPT_INDENT_2).decode()
    return form_page(
        request,
        f"console/client_{kind}.html",
        form,
        errors,
        kept=Kept(_KEPT[kind]),
        client=client,
        seen=form["seen"] or client.version,
        fields=FIELDS,
        values=values | dict(form),
    )


doors = [
    console_door(f"{CLIENT}/registration", show),
    console_door(f"{CLIENT}/registration", change, "POST"),
    console_door(f"{CLIENT}/metadata", show_all),
    console_door(f"{CLIENT}/metadata", change_all, "POST"),
]
