"""`/office/people/{file}`: one person: account, level, activation code, lock."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, lock_requests, passkeys
from vneid_idp.identity.ages import age
from vneid_idp.identity.cards import CardStatus, card_status
from vneid_idp.identity.registry import LockedBy
from vneid_idp.identity.roles import Role
from vneid_idp.identity.rules import Account, account_standing, highest_level
from vneid_idp.kernel.clock import HOUR
from vneid_idp.office.access import OpenFile, ask_register, for_file
from vneid_idp.use_cases import enrol_person
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.standings import STANDINGS
from vneid_idp.web.templates import render

_AT_THE_DESK = "The holder asked for it at the desk"
_DONE = {
    "raised": mark("The account is of level 2 now."),
    "locked": mark("The account is locked. Every session has ended."),
    "unlocked": mark("The account is not locked any more."),
    "asked": mark("Your request waits for a colleague's decision."),
    "passkey": mark("The passkey was added. The person can sign in with it."),
}


async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The file."""
    done = _DONE.get(request.query_params.get("done", ""))
    return await page(request, colleague, file, done=gettext(request, done) if done else None)


async def page(
    request: Request,
    colleague: Colleague,
    file: OpenFile,
    *,
    done: str | None = None,
    code: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """The file, with what was done just now: a code to hand over is shown this once."""
    provider, record = colleague.provider, file.record
    async with provider.db.reading() as unit:
        account = await accounts.find(unit, file.person_id)
        keys = await passkeys.list_passkeys(unit, file.person_id)
        waiting = any(asked.person_id == file.person_id for asked in await lock_requests.open_requests(unit))
        now = unit.now
    highest = highest_level(record, (await provider.current_policy()).at(now), now)
    return render(
        request,
        "office/file.html",
        422 if errors else 200,
        file=file,
        record=record,
        years=age(record.birth_date, now),
        account=account,
        standing=None if account is None else STANDINGS[account_standing(account, record, now)],
        card_valid=card_status(record.card, now) is CardStatus.VALID,
        highest=highest,
        passkeys=len(keys),
        may=_may(colleague, account, highest),
        waiting=waiting,
        officer=colleague.holds(Role.OFFICER),
        clerk=colleague.holds(Role.CLERK),
        lasts=enrol_person.CODE_LIFE // HOUR,
        activate=provider.url("/activate"),
        done=done,
        code=code,
        errors=errors or {},
    )


def _may(colleague: Colleague, account: Account | None, highest: int) -> frozenset[str]:
    """What can be done with this account now."""
    if account is None:
        return frozenset({"open"} if highest and colleague.holds(Role.CLERK) else ())
    if account.closed_at is not None or account.deceased_at is not None:
        return frozenset()
    able = {"code", "passkey"}
    if account.level < highest:
        able.add("raise")
    able.add("lock" if account.locked_at is None else "unlock")
    return frozenset(able)


async def open_account(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Open an account; the code to activate it is shown."""
    form = await read_form(request)
    level = int(form.one_of("level", "1", "2"))
    if level == 2 and not form["seen"]:
        return await page(request, colleague, file, errors={"seen": gettext(request, _SEE)})
    provider, told = colleague.provider, await ask_register(colleague, file)
    policy = await provider.current_policy()
    _, code = await colleague.act(
        lambda unit: enrol_person.open_account(
            unit,
            provider.vault,
            provider.keys.blind,
            told,
            level,
            compared=bool(form["seen"]),
            policy=policy,
            deed=Deed(colleague.person_id, _AT_THE_DESK),
        )
    )
    return await page(request, colleague, file, done=gettext(request, "The account was opened."), code=code)


_SEE = mark("Level 2 takes a look at the card and the face: confirm that you have compared them.")


async def raise_level(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Raise the account to level 2."""
    form = await read_form(request)
    if not form["seen"]:
        return await page(request, colleague, file, errors={"seen": gettext(request, _SEE)})
    provider, told = colleague.provider, await ask_register(colleague, file)
    policy = await provider.current_policy()
    deliveries = await colleague.act(
        lambda unit: enrol_person.raise_level(
            unit,
            provider.vault,
            provider.keys.blind,
            told,
            compared=bool(form["seen"]),
            policy=policy,
            deed=Deed(colleague.person_id, _AT_THE_DESK),
        )
    )
    await provider.dispatcher.attempt(deliveries)
    return see_other(f"{file.path}?done=raised")


async def new_code(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Hand out another activation code."""
    await read_form(request)
    blind = colleague.provider.keys.blind
    code = await colleague.act(
        lambda unit: enrol_person.new_activation_code(
            unit, blind, file.person_id, Deed(colleague.person_id, _AT_THE_DESK)
        )
    )
    return await page(request, colleague, file, code=code)


async def lock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lock at the holder's request, at once."""
    await read_form(request)
    deed = Deed(colleague.person_id, _AT_THE_DESK)
    told = await colleague.act(lambda unit: lock_person(unit, file.person_id, LockedBy.HOLDER, deed))
    await colleague.provider.dispatcher.attempt(told)
    return see_other(f"{file.path}?done=locked")


async def unlock(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Lift a lock that the holder asked for."""
    await read_form(request)
    deed = Deed(colleague.person_id, _AT_THE_DESK)
    if not await colleague.act(lambda unit: unlock_person(unit, file.person_id, LockedBy.HOLDER, deed)):
        errors = {"lock": gettext(request, "An authority's lock is lifted by two officers.")}
        return await page(request, colleague, file, errors=errors)
    return see_other(f"{file.path}?done=unlocked")


doors = [
    Door.page("/office/people/{file}", for_file(show, Role.CLERK, Role.OFFICER)),
    Door.page("/office/people/{file}/account", for_file(open_account, Role.CLERK), "POST"),
    Door.page("/office/people/{file}/level", for_file(raise_level, Role.CLERK), "POST"),
    Door.page("/office/people/{file}/code", for_file(new_code, Role.CLERK), "POST"),
    Door.page("/office/people/{file}/lock", for_file(lock, Role.CLERK), "POST"),
    Door.page("/office/people/{file}/unlock", for_file(unlock, Role.CLERK), "POST"),
]
