"""The account of whoever is at the desk: opened, raised to level 2, or given another code to activate it with."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.account_rules import highest_level
from vneid_idp.identity.factors import activation
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import HOUR, MINUTE
from vneid_idp.office.access import FILE, OpenFile, ask_register, file_doors, for_file
from vneid_idp.office.deed import Then, asking, carry_out, deed_page
from vneid_idp.office.words import not_compared, refused_in_words
from vneid_idp.use_cases import enrol_person
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.deeds import Errors, Kept, deed_of, entered
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.shown_once import LIFE, lead_to_shown, read_shown

_MADE = "/code/made"


async def show_open(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The form to open an account."""
    return await _open_page(request, colleague, file, *entered(request))


async def open_account(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Open an account; the code to activate it is shown."""
    form, errors = await read_form(request), Errors()
    level, compared = int(form.one_of("level", "1", "2")), bool(form["seen"])
    if level == 2 and not compared:
        errors["seen"] = not_compared(request)
    deed = deed_of(request, colleague, form, errors)
    if deed is None or errors:
        return await _open_page(request, colleague, file, form, errors)
    provider = colleague.provider
    with refused_in_words(request, errors):
        answer, policy = await ask_register(colleague, file), await provider.current_policy()
        _, code = await colleague.act(
            lambda unit: enrol_person.open_account(
                unit, provider.vault, provider.keys.blind, answer, level, compared=compared, policy=policy, deed=deed
            )
        )
    if errors:
        return await _open_page(request, colleague, file, form, errors)
    return _to_code(request, colleague, file, code)


async def _open_page(request: Request, colleague: Colleague, file: OpenFile, form: Form, errors: Errors) -> Response:
    rules = (await colleague.provider.current_policy()).at(colleague.now)
    highest = highest_level(file.record, rules, colleague.now)
    return deed_page(request, colleague, file, "office/open.html", form, errors, highest=highest)


async def raise_level(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Raise the account to level 2."""
    form, errors = await read_form(request), Errors()
    if not form["seen"]:
        errors["seen"] = not_compared(request)

    async def work(deed: Deed) -> tuple[Delivery, ...]:
        provider, answer = colleague.provider, await ask_register(colleague, file)
        policy = await provider.current_policy()
        return await colleague.act(
            lambda unit: enrol_person.raise_level(
                unit, provider.vault, provider.keys.blind, answer, compared=bool(form["seen"]), policy=policy, deed=deed
            )
        )

    return await carry_out(request, colleague, file, form, errors, Then("raised", "office/level.html"), work)


async def new_code(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Hand out another activation code."""
    form, errors = await read_form(request), Errors()
    deed = deed_of(request, colleague, form, errors)
    if deed is not None:
        blind = colleague.provider.keys.blind
        with refused_in_words(request, errors):
            code = await colleague.act(lambda unit: enrol_person.new_activation_code(unit, blind, file.person_id, deed))
            return _to_code(request, colleague, file, code)
    return deed_page(request, colleague, file, "office/code.html", form, errors)


def _to_code(request: Request, colleague: Colleague, file: OpenFile, code: str) -> Response:
    return lead_to_shown(request, f"{file.path}{_MADE}", colleague.session_id, {"code": f"{code[:5]} {code[5:]}"})


async def show_code(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The code, for some minutes; then that it is not shown any more."""
    shown = read_shown(request, colleague.session_id)
    return deed_page(
        request,
        colleague,
        file,
        "office/code_made.html",
        Form([]),
        Errors(),
        kept=Kept(),
        code=None if shown is None else shown["code"],
        minutes=LIFE // MINUTE,
        lasts=activation.LIFETIME // HOUR,
        activate=colleague.provider.url("/activate"),
    )


doors = [
    *file_doors("/account", show_open, open_account),
    *file_doors("/level", asking("office/level.html"), raise_level),
    *file_doors("/code", asking("office/code.html"), new_code),
    Door.page(FILE + _MADE, for_file(show_code, Role.CLERK)),
]
