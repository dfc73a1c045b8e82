"""The registration office: who works there, the file of somebody, what is done at the desk."""

from tests.support.country import Country
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person
from tests.support.shortcuts import known
from tests.support.visitor import shown
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.offices.roles import EVERYWHERE, Role, roles_of
from vneid_idp.use_cases.change_phone import send_code_to_new_phone
from vneid_idp.use_cases.give_role import give_role

NEW_PHONE = "+84950000999"


async def colleague(land: Country, slug: str, *roles: Role, office: str = "HN-01") -> Person:
    """A persona who holds roles at an office, signed in with two factors."""
    someone = await known(land, slug)
    await hire(land, someone.person_id, *roles, office=office)
    return someone.person


async def hire(land: Country, person_id: str, *roles: Role, office: str = "HN-01") -> None:
    """Give somebody roles at an office."""
    async with land.idp.db.writing() as unit:
        held = {each.role for each in await roles_of(unit, person_id)}
        for role in roles:
            if role not in held:
                scope = EVERYWHERE if role is Role.OPERATOR else office
                await give_role(unit, person_id, role, scope, Deed("boss", "hired"))


async def file_of(land: Country, clerk: Person, slug: str, reason: str = "in_person") -> Page:
    """The open file of a persona."""
    page = await opened(clerk, "/office")
    number = land.people[slug].record.personal_number
    return await post(clerk, page, "/office/search", number=number, reason=reason)


async def at_desk(clerk: Person, file: Page, deed: str, /, **form: str) -> Page:
    """Open the page of a deed and send its form; with a reason, unless the form says another."""
    page = await opened(clerk, f"{file.path}/{deed}")
    return await send(clerk, page, **{"reason": "Giấy đề nghị 12", **form})


async def send(clerk: Person, page: Page, **form: str) -> Page:
    """Send the first form of a page."""
    return shown(await clerk.submit(page, **form))


def done_of(page: Page) -> str:
    """What the page says was done, as its address has it."""
    return page.response.request.url.query.decode()


async def code_to(land: Country, slug: str, phone: str) -> str:
    """The code that is sent to a new phone."""
    idp = land.idp
    async with idp.db.writing() as unit:
        sending = await send_code_to_new_phone(unit, idp.keys.blind, idp.keys.sealer, land.people[slug].record, phone)
    assert sending.deliveries[0].payload["phone"] == phone
    return str(sending.deliveries[0].payload["code"])
