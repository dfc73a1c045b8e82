"""`/console/clients/{client_id}/purposes`: why a client asks, and whom a change asks again."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import by_operator, service
from vneid_idp.clients.purpose_templates import purpose_templates
from vneid_idp.console.parts import CLIENT, CLIENTS, console_door, seen_client
from vneid_idp.console.words import said
from vneid_idp.kernel.languages import DEFAULT, LANGUAGES
from vneid_idp.protocol.claims import scopes_missing
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.purposes import PURPOSE_ID, purpose_of
from vneid_idp.storage.unit import Unit
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_NEW = "+"
"""Stands in the address for a purpose that is yet to be written; no id of a purpose (`PURPOSE_ID`)."""
TEXTS = {
    "title": mark("Title"),
    "text": mark("Explanation"),
    "legal_ground": mark("Legal ground"),
    "kept_until": mark("Kept until"),
}
"""What people read of a purpose, in the languages that it has them in."""
CLAIMS = ("required", "required_in_full", "optional")
"""What it asks for, each as names with spaces between."""
_KEPT = Kept(
    ("seen", "id", *(f"{name}-{language}" for name in TEXTS for language in LANGUAGES), *CLAIMS, "material", "reason")
)


async def show(request: Request, colleague: Colleague) -> Response:
    """All purposes of a client."""
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, request.path_params["client_id"])
    asks = {purpose.id: purpose.asks() for purpose in client.purposes}
    missing = scopes_missing(client, client.purposes)
    return render(request, "console/client_purposes.html", client=client, asks=asks, missing=missing)


async def show_one(request: Request, colleague: Colleague) -> Response:
    """The form for one purpose, or for a new one."""
    return await _page(request, colleague, *entered(request))


async def change(request: Request, colleague: Colleague) -> Response:
    """Write a purpose anew, add one, or take one out. Its version is counted here."""
    form, provider = await read_form(request), colleague.provider
    form.one_of("what", "save", "remove")
    errors = Errors(_missing(request, form))
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _page(request, colleague, form, errors)
    name = request.path_params["purpose"]
    purpose_id = form["id"].strip() if name == _NEW else name
    material = (purpose_id,) if form["material"] and name != _NEW else ()

    async def work(unit: Unit) -> Client | None:
        client = await seen_client(unit, request, form)
        if name == _NEW and purpose_id in {purpose.id for purpose in client.purposes}:
            return None  # to add is not to overwrite what people have agreed to
        wanted = _with(client.metadata.get("purposes", []), purpose_id, form)
        return await by_operator.set_purposes(unit, client, wanted, deed, sandbox=provider.sandbox, material=material)

    try:
        client = await colleague.act(work)
    except InvalidClientMetadata as refusal:
        return await _page(
            request,
            colleague,
            form,
            Errors({refusal.part or "required": said(request, refusal.wording, gettext(request, "Purposes"))}),
        )
    if client is None:
        taken = gettext(request, "There is a purpose of this id already. Change that one, or choose another id.")
        return await _page(request, colleague, form, Errors(id=taken))
    return see_other(f"{CLIENTS}/{client.client_id}/purposes")


def _with(current: list[dict[str, Any]], purpose_id: str, form: Form) -> list[dict[str, Any]]:
    """The purposes with one of them as the form has it; without it where it is to be taken out."""
    wanted: dict[str, Any] = {
        "id": purpose_id,
        **{name: _texts(form, name) for name in TEXTS},
        **{name: form[name].split() for name in CLAIMS},
    }
    if form["what"] == "remove":
        return [purpose for purpose in current if purpose["id"] != purpose_id]
    if purpose_id not in {purpose["id"] for purpose in current}:
        return [*current, wanted]
    return [wanted if purpose["id"] == purpose_id else purpose for purpose in current]


def _texts(form: Form, name: str) -> dict[str, str]:
    said = {language: form[f"{name}-{language}"].strip() for language in LANGUAGES}
    return {language: text for language, text in said.items() if text}


def _missing(request: Request, form: Form) -> dict[str, str]:
    if form["what"] == "remove":
        return {}
    language = LANGUAGES[DEFAULT]
    is_new = request.path_params["purpose"] == _NEW
    needed = {"id": gettext(request, "An id is needed.")} if is_new else {}
    for name, label in TEXTS.items():
        said = gettext(request, label)
        needed[f"{name}-{DEFAULT}"] = gettext(
            request, "%(label)s: people read it, so it is needed in %(language)s.", label=said, language=language
        )
    missing = {name: text for name, text in needed.items() if not form[name].strip()}
    if is_new and "id" not in missing and not PURPOSE_ID.fullmatch(form["id"].strip()):
        missing["id"] = gettext(request, "An id is at most 64 letters without accents, digits, '.', '_' and '-'.")
    return missing


async def _page(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    name = request.path_params["purpose"]
    async with colleague.provider.db.reading() as unit:
        client = await service.get_client(unit, request.path_params["client_id"])
    purpose = next((each for each in client.purposes if each.id == name), None)
    if purpose is None and name != _NEW:
        raise HTTPException(404)
    values: dict[str, str] = {}
    template = purpose_templates().get(request.query_params.get("template", "")) if name == _NEW else None
    start = purpose or (purpose_of({**template, "version": 1}) if template else None)
    if start is not None:
        values["id"] = start.id
        for text in TEXTS:
            values |= {f"{text}-{language}": getattr(start, text).get(language, "") for language in LANGUAGES}
        values |= {name: " ".join(getattr(start, name)) for name in CLAIMS}
    return form_page(
        request,
        "console/client_purpose.html",
        form,
        errors,
        kept=_KEPT,
        client=client,
        purpose=purpose,
        seen=form["seen"] or client.version,
        texts=TEXTS,
        languages=LANGUAGES,
        templates=purpose_templates(),
        values=values | dict(form),
    )


_ONE = f"{CLIENT}/purposes/{{purpose}}"
doors = [
    console_door(f"{CLIENT}/purposes", show),
    console_door(_ONE, show_one),
    console_door(_ONE, change, "POST"),
]
