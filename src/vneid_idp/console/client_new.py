"""`/console/clients/+`: a relying party is registered, by a form for what most of them need or by its whole JSON.

The form carries the id that the client will have, so that sending it twice registers one. Secret and registration
access token are shown once (`client_secret.py`).
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import service
from vneid_idp.clients.service import Registered
from vneid_idp.console.client_fields import (
    FIELDS,
    GROUPS,
    choices_in_words,
    groups_shown,
    merged,
    problem_at,
    shown_values,
)
from vneid_idp.console.client_secret import to_secret
from vneid_idp.console.parts import CLIENTS, console_door
from vneid_idp.console.words import refused_metadata
from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol import registration
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE, JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import AlreadyThere, Unit
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.uploads import read_form_with_files

_NEW = f"{CLIENTS}/+"
"""No client has this id: it may hold letters, digits, dots, hyphens, underscores and tildes."""
_ID = re.compile(r"cli_[0-9a-v]{26}\Z")
METHODS = {
    "client_secret_basic": mark("A secret in the header"),
    "client_secret_post": mark("A secret in the body"),
    "private_key_jwt": mark("A key of its own"),
    "tls_client_auth": mark("A certificate of an authority"),
    "self_signed_tls_client_auth": mark("A certificate of its own making"),
    "none": mark("Nothing: an application on people's devices"),
}
GRANTS = {
    "authorization_code": mark("Signs people in"),
    "refresh_token": mark("Stays connected when they are away"),
    "client_credentials": mark("Acts in its own name"),
    DEVICE_CODE: mark("Has no browser, and shows a code"),
    CIBA: mark("Asks people on their phones (profiles fapi2, ciba, camara)"),
    TOKEN_EXCHANGE: mark("Acts by tokens of its organisation's other clients"),
    JWT_BEARER_GRANT: mark("Names people by their phone numbers (profile camara)"),
}
_MORE = {
    "token_endpoint_auth_method": mark("What does it prove itself with?"),
    "grant_types": mark("What does it do?"),
    "jwks_uri": mark("Address of its keys"),
}
"""What the form has beyond the fields that an existing client is changed by, with its labels."""


_KEPT = {
    "fields": ("client_id", *(field.name for field in FIELDS), *_MORE, "reason"),
    "json": ("client_id", "metadata", "reason"),
}


def _grants(form: Form) -> list[str]:
    return [grant for grant in GRANTS if grant in form.all("grant_types")]


def _members(form: Form) -> dict[str, Any]:
    """The metadata that the form describes."""
    more: dict[str, Any] = {
        "token_endpoint_auth_method": form.one_of("token_endpoint_auth_method", *METHODS),
        "grant_types": _grants(form),
    }
    if form["jwks_uri"].strip():
        more["jwks_uri"] = form["jwks_uri"].strip()
    return merged({}, form) | more


async def show(request: Request, colleague: Colleague) -> Response:
    """The form."""
    first = [("token_endpoint_auth_method", "client_secret_basic"), ("grant_types", "authorization_code")]
    form, errors = entered(request)
    return _page(request, "fields", form or Form([*first, ("scope", "openid")]), errors)


async def show_json(request: Request, colleague: Colleague) -> Response:
    """A place for the whole registration."""
    return _page(request, "json", *entered(request))


async def register(request: Request, colleague: Colleague) -> Response:
    """Register what the form describes."""
    form = await read_form(request)
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    if not form["client_name"].strip():
        errors["client_name"] = gettext(request, "Give it a name.")
    if not _grants(form):
        errors["grant_types"] = gettext(request, "Choose what it does.")
    if deed is None or errors:
        return _page(request, "fields", form, errors)
    return await _register(request, colleague, deed, "fields", form, _members(form))


async def register_json(request: Request, colleague: Colleague) -> Response:
    """Register a file, or what was put in its place."""
    form, files = await read_form_with_files(request)
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    text = files.get("file", form["metadata"].encode())
    try:
        members = read_foreign_json(text)
    except BadJson:
        members = None
    # What a file says is shown in the form: where something is wrong it can be put right there.
    form = Form([*form.items(), ("metadata", text.decode(errors="replace"))])
    if not isinstance(members, dict):
        errors["metadata"] = gettext(request, "This is no JSON object.")
    if deed is None or errors:
        return _page(request, "json", form, errors)
    return await _register(request, colleague, deed, "json", form, members)


async def _register(
    request: Request, colleague: Colleague, deed: Deed, kind: str, form: Form, members: Mapping[str, Any]
) -> Response:
    provider = colleague.provider
    try:
        found = registration.read_registration(members, Registrar(by_operator=True, sandbox=provider.sandbox))

        async def work(unit: Unit) -> Registered:
            return await service.register(unit, found, client_id=_id_of(form), deed=deed)

        made = await colleague.act(work)
    except InvalidClientMetadata as refusal:
        return _page(request, kind, form, Errors(_problem(request, kind, refusal)))
    except AlreadyThere:
        text = gettext(request, "This form has registered a client already: it is in the list.")
        return _page(request, kind, form, Errors({"client_name" if kind == "fields" else "metadata": text}), used=True)
    client = await fetch_logo(provider.db, provider.dispatcher, made.client)
    return to_secret(request, colleague, client, made.secret, token=made.registration_access_token)


def _problem(request: Request, kind: str, refusal: InvalidClientMetadata) -> dict[str, str]:
    if kind == "json":
        return {"metadata": refused_metadata(request, refusal)}
    return problem_at(request, refusal, _MORE)


def _id_of(form: Form) -> str:
    return form["client_id"] if _ID.match(form["client_id"]) else new_id("cli")


def _page(request: Request, kind: str, form: Form, errors: Errors, *, used: bool = False) -> Response:
    """The form; the id of one that is `used` is not kept, so what is registered next has another."""
    kept = _KEPT[kind]
    return form_page(
        request,
        f"console/client_new_{kind}.html",
        form,
        errors,
        kept=Kept(kept[1:] if used else kept),
        client_id=_id_of(form),
        groups=groups_shown(request, shown_values({}) | dict(form), errors),
        choices=choices_in_words(request),
        values=shown_values({}) | dict(form),
        always=sum(not group.folded for group in GROUPS),
        methods=METHODS,
        grants=GRANTS,
        chosen=_grants(form),
    )


doors = [
    console_door(_NEW, show),
    console_door(_NEW, register, "POST"),
    console_door(f"{_NEW}/metadata", show_json),
    console_door(f"{_NEW}/metadata", register_json, "POST"),
]
