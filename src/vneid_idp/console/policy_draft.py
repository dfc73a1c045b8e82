"""`/console/policy/{version}`: the rows of one version; of a draft what it would change, and its publication."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.console.parts import console_door
from vneid_idp.console.policy import PATH, read_day
from vneid_idp.console.policy_words import ACTIONS, REASONS, ROW_WORDS
from vneid_idp.console.words import refused_in_words
from vneid_idp.kernel.clock import local_date
from vneid_idp.policy import service
from vneid_idp.policy.rules import Policy, gaps
from vneid_idp.policy.service import NoSuchVersion, PolicyVersion
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.simulate_policy import Simulation, first_change, simulate_draft
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered, form_page
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_NUMBERS = range(1, 2**31)


def _number(request: Request) -> int:
    text: str = request.path_params["version"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    if number not in _NUMBERS:
        raise NoSuchVersion
    return number


async def _found(unit: Reading, number: int) -> tuple[PolicyVersion, Policy, Policy, date]:
    """The version, its rows, all that is published, and today. Raises `NoSuchVersion`."""
    rows = await service.of_version(unit, number)
    version = next(each for each in await service.versions(unit) if each.version == number)
    return version, rows, await service.published(unit), local_date(unit.now)


async def show(request: Request, colleague: Colleague) -> Response:
    """One version."""
    return await _page(request, colleague, _number(request), loaded="loaded" in request.query_params)


async def try_out(request: Request, colleague: Colleague) -> Response:
    """Count what a draft would change, on the day that was chosen, or on the first on which it changes anything."""
    form, number, provider = await read_form(request), _number(request), colleague.provider
    found = await simulate_draft(provider.db, provider.registry.find_many, number, read_day(form["on"]))
    return await _page(request, colleague, number, found)


async def _page(
    request: Request, colleague: Colleague, number: int, simulation: Simulation | None = None, *, loaded: bool = False
) -> Response:
    async with colleague.provider.db.reading() as unit:
        version, rows, before, today = await _found(unit, number)
    is_draft = version.published_at is None
    after = before.amended(rows)
    return render(
        request,
        "console/policy_version.html",
        version=version,
        is_draft=is_draft,
        rows=rows,
        words=ROW_WORDS,
        gaps=gaps(after) if is_draft else (),
        day=first_change(before, after, today) if simulation is None else simulation.day,
        simulation=simulation,
        actions=ACTIONS,
        reasons=REASONS,
        loaded=loaded,
    )


async def ask(request: Request, colleague: Colleague) -> Response:
    """The page that asks before a draft is published."""
    return await _ask(request, colleague, *entered(request))


async def publish(request: Request, colleague: Colleague) -> Response:
    """Publish a draft, for a reason."""
    form, number = await read_form(request), _number(request)
    errors = Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is None:
        return await _ask(request, colleague, form, errors)
    backdated = form["backdated"].strip() or None
    with refused_in_words(request, errors, "backdated"):
        await colleague.act(lambda unit: service.publish(unit, number, deed, backdated=backdated))
        return see_other(f"{PATH}/{number}")
    return await _ask(request, colleague, form, errors)


async def _ask(request: Request, colleague: Colleague, form: Form, errors: Errors) -> Response:
    number = _number(request)
    async with colleague.provider.db.reading() as unit:
        version, rows, before, today = await _found(unit, number)
    if version.published_at is not None:
        return see_other(f"{PATH}/{number}")
    return form_page(
        request,
        "console/policy_publish.html",
        form,
        errors,
        kept=Kept(("reason", "backdated")),
        version=version,
        rows=rows.size,
        day=first_change(before, before.amended(rows), today),
        today=today,
        backdated="backdated" in errors or bool(form["backdated"]),
    )


doors = [
    console_door(f"{PATH}/{{version}}", show),
    console_door(f"{PATH}/{{version}}/simulate", try_out, "POST"),
    console_door(f"{PATH}/{{version}}/publish", ask),
    console_door(f"{PATH}/{{version}}/publish", publish, "POST"),
]
