"""Who and why on a form that changes something for others, and refusals as words at the fields of that form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.kernel.errors import DomainError
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.drafts import again, fits, keep_draft, read_draft
from vneid_idp.web.errors import headers_of
from vneid_idp.web.forms import Form
from vneid_idp.web.reason_words import reason_wanted
from vneid_idp.web.templates import render

Words = Callable[[Request, DomainError], str | None]
"""What a face says of a refusal; nothing of one that is about something else, such as who is signed in."""


class Errors(dict[str, str]):
    """What is wrong with a posted form, by the name of the field."""

    refusal: DomainError | None = None
    """What was refused, where that became words."""

    @property
    def status(self) -> int:
        """Of the page with the form: 422 for what can be corrected; that of the refusal where we are at fault."""
        if not self:
            return 200
        return self.refusal.status if self.refusal is not None and self.refusal.status >= 500 else 422


@dataclass(frozen=True, slots=True)
class Kept:
    """How a page keeps what is entered while it is not done with (`web/drafts.py`)."""

    fields: tuple[str, ...] = ()
    """Never one of a secret. Without any the page answers the form itself."""
    place: str | None = None
    """The page whose form it is, where that is not the address in hand."""
    note: str = ""


def entered(request: Request) -> tuple[Form, Errors]:
    """What was entered on this page a short while ago, and what is wrong with it, which is said once."""
    place = request.url.path
    draft = read_draft(request, place)
    if draft.errors:
        keep_draft(request, place, draft.form, draft.form)
    return draft.form, Errors(draft.errors)


def form_page(
    request: Request, template: str, form: Form, errors: Errors, *, kept: Kept | None = None, **context: Any
) -> Response:
    """The page of a form; where something is wrong with what was sent, back to it (303), which says so."""
    kept = kept or Kept()
    place = kept.place or request.url.path
    wrong = request.method == "POST" and bool(errors) and errors.status < 500
    if wrong and kept.fields and fits(request, place, form, kept.fields, errors, note=kept.note):
        return again(request, place, form, kept.fields, errors, note=kept.note, status=errors.status)
    if kept.fields:
        context["kept"] = " ".join(kept.fields)
    response = render(request, template, errors.status, form=form, errors=errors, **context)
    if errors.refusal is not None:
        response.headers.update(headers_of(errors.refusal))
    return response


def deed_of(
    request: Request, colleague: Colleague, form: Form, errors: Errors, label: str | None = None
) -> Deed | None:
    """Who and why; without a reason that may stand in an event, nothing and an error at the field, which may have a
    label that says more than why.
    """
    try:
        return colleague.deed(form["reason"])
    except BadDeed:
        errors["reason"] = reason_wanted(request, label)
        return None


@dataclass(frozen=True, slots=True)
class RefusedInWords:
    """`with` it, a refusal that has words becomes an error at a field, and what follows goes on."""

    request: Request
    errors: Errors
    words: Words
    at: str
    """The field of a refusal whose code has none in `places`."""
    places: Mapping[str, str] = field(default_factory=dict)
    """The field that a refusal is about, by its code."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        """Whether the error was one that has words."""
        if not isinstance(error, DomainError):
            return False
        text = self.words(self.request, error)
        if text is None:
            return False
        self.errors[self.places.get(error.code, self.at)] = text
        self.errors.refusal = error
        return True
