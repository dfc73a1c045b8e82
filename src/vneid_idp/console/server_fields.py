"""The fields of the form for a resource server. Pure but for the words."""

import re
from typing import Any

from starlette.requests import Request

from vneid_idp.kernel.languages import LANGUAGES
from vneid_idp.protocol.resource_servers import MOST_SCOPES, SIGNING_ALGORITHMS, ResourceServer
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import gettext, mark

LABELS = {
    "resource": mark("Address (resource)"),
    "resource_name": mark("Name"),
    "family": mark("Organisation"),
    "scopes": mark("What clients may do there"),
    "access_token_signing_alg": mark("How are its tokens signed?"),
    "clients": mark("Clients that get tokens for it"),
    "introspection_client": mark("Client by which it asks what a token is worth"),
}
"""The members of the registration, as the form names them."""
_NEEDED = ("resource", "resource_name", "family")
_ROW = ("scope", *(f"title-{language}" for language in LANGUAGES), "own")
"""The fields of one scope, each with the number of its row behind."""


def _row(number: int) -> tuple[str, ...]:
    return tuple(f"{name}-{number}" for name in _ROW)


def rows_of(form: Form) -> range:
    """The numbers of the rows that the form shows: those that it asks for, and all that hold something."""
    asked = int(form["rows"]) if re.fullmatch("[0-9]{1,3}", form["rows"]) else 1
    filled = [number for number in range(MOST_SCOPES) if any(form[name].strip() for name in _row(number))]
    return range(max(min(asked, MOST_SCOPES), 1, *(number + 1 for number in filled)))


def add_row(form: Form) -> Form:
    """The form with one row more, up to as many scopes as a resource server may have."""
    return Form([*form.items(), ("rows", str(min(len(rows_of(form)) + 1, MOST_SCOPES)))])


def kept_of(form: Form) -> tuple[str, ...]:
    """The fields that are kept while the form is not done with."""
    rows = [name for number in rows_of(form) for name in _row(number)]
    return ("seen", "rows", *(name for name in LABELS if name != "scopes"), *rows, "reason")


def shown_values(server: ResourceServer | None) -> Form:
    """What the form shows of a resource server; of a new one what is usual."""
    if server is None:
        return Form([("access_token_signing_alg", SIGNING_ALGORITHMS[0])])
    members = server.members
    pairs = [
        ("resource_name", members.name),
        ("family", members.family_id),
        ("access_token_signing_alg", members.signing_alg),
        ("clients", "\n".join(members.clients)),
        ("introspection_client", members.introspection_client or ""),
    ]
    for number, scope in enumerate(members.scopes):
        texts = (scope.title.get(language, "") for language in LANGUAGES)
        pairs += zip(_row(number), (scope.name, *texts, "1" if scope.own_name else ""), strict=True)
    return Form(pairs)


def members_of(form: Form, identifier: str) -> dict[str, Any]:
    """The registration that the form describes, of the server at `identifier`. A row without anything is no scope."""
    return {
        "resource": identifier,
        "resource_name": form["resource_name"].strip(),
        "family": form["family"].strip(),
        "access_token_signing_alg": form.one_of("access_token_signing_alg", *SIGNING_ALGORITHMS),
        "scopes": [scope for number in rows_of(form) if (scope := _scope(form, number)) is not None],
        "clients": form["clients"].split(),
        "introspection_client": form["introspection_client"].strip() or None,
    }


def _scope(form: Form, number: int) -> dict[str, Any] | None:
    texts = {language: form[f"title-{language}-{number}"].strip() for language in LANGUAGES}
    name, own_name = form[f"scope-{number}"].strip(), form[f"own-{number}"] == "1"
    if not name and not own_name and not any(texts.values()):
        return None
    return {"scope": name, "title": {each: text for each, text in texts.items() if text}, "own_name": own_name}


def missing_fields(request: Request, form: Form, *, new: bool) -> dict[str, str]:
    """What the form cannot do without; the address of one that is registered is not asked again."""
    return {
        name: gettext(request, "%(label)s: this is needed.", label=gettext(request, LABELS[name]))
        for name in _NEEDED
        if not form[name].strip() and (new or name != "resource")
    }
