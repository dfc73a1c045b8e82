"""`/child/{interaction}`: a parent or guardian chooses the child whose account this is about."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import is_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.interaction import service
from vneid_idp.interaction.service import InteractionOver
from vneid_idp.interaction.visit import Visit, enter, extend, leave
from vneid_idp.kernel.secrets import digest
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.interaction import ChooseChild
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.who_is_signed_in import hold_signed_in
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import Draft, again, drop_draft, read_draft
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.templates import render

KEEPS = ("child",)
"""What of the form is kept while it is not done with."""


async def show(request: Request) -> Response:
    """The children for whom the person acts, none chosen."""
    visit = await enter(request)
    if not isinstance(visit.situation.step, ChooseChild):
        return visit.onward()
    return await _page(request, visit, await _children(visit), read_draft(request, request.url.path))


async def submit(request: Request) -> Response:
    """Choose a child, go back to the service, or ask for more time."""
    form = await read_form(request)
    visit = await enter(request)
    if not isinstance(visit.situation.step, ChooseChild):
        return visit.onward_of(request)
    if form["leave"]:
        assert visit.situation.person is not None
        return await leave(visit, "consent", visit.situation.person.person_id)
    children = await _children(visit)
    here = request.url.path
    if form["extend"]:
        await extend(request, visit)
        return again(request, here, form, KEEPS)
    # Asked of the registry again, never taken from the form: it says whose account this person may decide about.
    child = children.get(form["child"])
    if child is None:
        return again(request, here, form, KEEPS, {"child": gettext(request, "Choose the child.")}, status=422)
    session = visit.session
    assert session is not None
    child_id = child.person_id

    async def work(unit: Unit) -> None:
        await hold_signed_in(unit, session.person_id, session.session_id)
        await service.choose_child(unit, visit.interaction, child_id)

    try:
        await visit.provider.db.transact(work, durable=False)
    except InteractionOver:
        # Of two answers at once the first counts: the page that follows names the child that was chosen.
        return visit.onward()
    drop_draft(request, here)
    return visit.onward()


async def _children(visit: Visit) -> dict[str, RegistryRecord]:
    """Each under a value for the form that names the child in this request only."""
    person = visit.situation.person
    assert person is not None
    provider = visit.provider
    rules, now = await _rules(visit), provider.clock.now()
    from_age = rules[Threshold.NUMBER_OF_CHILD_FROM_AGE] if visit.situation.acts.details else 0
    return {
        digest(f"{visit.interaction.interaction_id} {child.person_id}"): child
        for child in await provider.registry.children_of(person.person_id)
        if is_guardian(person.person_id, child, rules, now) and age(child.birth_date, now) >= from_age
    }


async def _rules(visit: Visit) -> Rules:
    return (await visit.provider.current_policy()).at(visit.provider.clock.now())


async def _page(
    request: Request,
    visit: Visit,
    children: dict[str, RegistryRecord],
    draft: Draft,
) -> Response:
    return render(
        request,
        "interaction/choose_child.html",
        draft.status,
        visit=visit,
        children=children,
        years=(await _rules(visit))[Threshold.GUARDIAN_UNTIL_AGE],
        from_years=(await _rules(visit))[Threshold.NUMBER_OF_CHILD_FROM_AGE],
        number=bool(visit.situation.acts.details),
        chosen=draft.form["child"],
        errors=draft.errors,
    )


doors = [
    Door.page("/child/{interaction}", show),
    Door.page("/child/{interaction}", submit, "POST"),
]
