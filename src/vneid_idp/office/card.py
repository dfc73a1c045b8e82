"""A card was issued or renewed: the register is told, and the account can be used as long as the card is good."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind, PersonKind
from vneid_idp.identity.register.reports import CardIssued
from vneid_idp.office.access import FILE, OpenFile, file_doors, for_file
from vneid_idp.office.deed import check_fact, day_of, deed_page, report, sure_page, to_sure, was_made
from vneid_idp.office.words import refused_in_words
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, deed_of, entered
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import read_draft
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other

_DAY = timedelta(days=1)
KINDS = {
    CardKind.PERMANENT_RESIDENCE: mark("Permanent residence card"),
    CardKind.TEMPORARY_RESIDENCE: mark("Temporary residence card"),
    CardKind.IDENTITY_CERTIFICATE: mark("Identity certificate"),
}
"""Of those who have no citizen's card."""


def _kinds_of(file: OpenFile) -> dict[CardKind, str]:
    """Those that this person can have, with their words."""
    undetermined = file.record.kind is PersonKind.UNDETERMINED
    return {kind: text for kind, text in KINDS.items() if (kind is CardKind.IDENTITY_CERTIFICATE) is undetermined}


async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The form."""
    return _page(request, colleague, file, *entered(request))


async def renew(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Show how long the card would be good; when that was confirmed, report it."""
    form, errors = await read_form(request), Errors()
    card, deed = _card_of(request, file, form, errors), deed_of(request, colleague, form, errors)
    if deed is None or card is None or errors:
        return _page(request, colleague, file, form, errors)
    with refused_in_words(request, errors, "issued"):
        if form["sure"]:
            await report(colleague, file, form, CardIssued(card), deed)
        if form["sure"] or await was_made(colleague, file, form, CardIssued(card)):
            return see_other(f"{file.path}?done=card")
        await check_fact(colleague, file, CardIssued(card))
        return to_sure(request, form)
    return _page(request, colleague, file, form, errors)


async def show_sure(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """How long the card would be good."""
    form = read_draft(request, f"{file.path}/card").form
    card = _card_of(request, file, form, Errors())
    if card is None:
        return see_other(f"{file.path}/card")
    # A residence card names its last good day, and we the first on which it is not; a citizen's is told as on the card.
    ends = card.expires_on
    good_until = ends - _DAY if ends is not None and card.kind is not CardKind.CITIZEN else ends
    return sure_page(request, colleague, file, "office/card_sure.html", form, card=card, good_until=good_until)


def _card_of(request: Request, file: OpenFile, form: Form, errors: Errors) -> Card | None:
    foreigner = file.record.kind is not PersonKind.CITIZEN
    if foreigner and form["kind"] not in _kinds_of(file):
        errors["kind"] = gettext(request, "Choose the kind of card.")
    issued = day_of(request, form, "issued", mark("Day of issue"), errors)
    if not foreigner:
        if issued is None:
            return None
        return Card(CardKind.CITIZEN, issued, citizen_card_expiry(file.record.birth_date, issued))
    expires = day_of(request, form, "expires", mark("Last day on which it is good"), errors)
    if errors or issued is None or expires is None:
        return None
    return Card(CardKind(form["kind"]), issued, expires + _DAY)


def _page(request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors) -> Response:
    foreigner = file.record.kind is not PersonKind.CITIZEN
    return deed_page(
        request, colleague, file, "office/card.html", form, errors, foreigner=foreigner, kinds=_kinds_of(file)
    )


doors = [
    *file_doors("/card", show, renew),
    Door.page(FILE + "/card/sure", for_file(show_sure, Role.CLERK)),
]
