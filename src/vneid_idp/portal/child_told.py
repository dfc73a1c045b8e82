"""`/me/children/told`: what services were told about a child, as its parents and guardians read it, by day."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent.disclosures import list_of_person
from vneid_idp.portal import told
from vneid_idp.portal.access import Holder, find_service_names, for_holder, read_before
from vneid_idp.portal.family import children_of
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext
from vneid_idp.web.pages import ListPart
from vneid_idp.web.templates import render

_PAGE = 30
_LATEST = "dit"
"""Sorts after every id of a disclosure (`dis_…`)."""


async def show(request: Request, holder: Holder) -> Response:
    """A page of them, the latest first: by whosever consent, for as long as the reader decides for the child.

    Raises `NotTheirGuardian`, also once the child is old enough to decide alone.
    """
    child_id = request.query_params.get("child", "")
    child = next((each for each in await children_of(holder) if each.person_id == child_id), None)
    if child is None:
        raise NotTheirGuardian
    before = read_before(request, "dis")
    async with holder.provider.db.reading() as unit:
        found = await list_of_person(unit, child_id, before=before or _LATEST, limit=_PAGE + 1)
        part = ListPart.of(found, _PAGE)
        names = await find_service_names(unit, told.clients_of(part.shown))
    say = partial(gettext, request)
    here = f"?child={child_id}"
    return render(
        request,
        "portal/child_told.html",
        child=child,
        entries=[(each, told.sentence_about(each, names, child.full_name, say)) for each in part.shown],
        older=f"{here}&before={part.last.disclosure_id}" if part.last else None,
        newest=here if before else None,
    )


doors = [Door.page("/me/children/told", for_holder(show))]
