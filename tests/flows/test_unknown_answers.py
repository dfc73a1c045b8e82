"""A form that comes back with an answer that its page does not offer, or with none, does nothing: no guessing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.office import colleague, file_of
from tests.support.pages import opened, proven_twice, signed_in
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from vneid_idp.audit.tables import events
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.roles import Role
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.storage.statement import Statement

Form = tuple[Person, str, dict[str, str]]
"""Who sends it, where to, and all that it holds besides the answer."""


async def about_a_lock(land: Country, party: RelyingParty) -> Form:
    officer = await colleague(land, "plain", Role.OFFICER)
    page = await file_of(land, officer, "complete")
    asked = await opened(officer, f"{page.path}/requests")
    return officer, asked.path, {"csrf_token": asked.hidden["csrf_token"], "reason": "QD 12/2026"}


async def decision_of_a_lock(land: Country, party: RelyingParty) -> Form:
    person_id = land.people["complete"].record.person_id
    async with land.idp.db.writing() as unit:
        asked = await lock_requests.ask(unit, person_id, lock=True, deed=replace(DEED, office="HN-01"))
    officer = await colleague(land, "plain", Role.OFFICER)
    page = await opened(officer, f"/office/requests/{asked.request_id}")
    return officer, page.path, {**page.hidden, "reason": "QD 12/2026"}


async def level(land: Country, party: RelyingParty) -> Form:
    clerk = await colleague(land, "plain", Role.CLERK)
    page = await file_of(land, clerk, "no-account")
    form = await opened(clerk, f"{page.path}/account")
    return clerk, form.path, {**form.hidden, "seen": "1", "reason": "QD 12/2026"}


async def delivery(land: Country, party: RelyingParty) -> Form:
    async with land.idp.db.writing() as unit:
        made = await deliveries.enqueue(unit, land.idp.keys.sealer, Channel.SMS, "x", {}, not_after=unit.now + 1)
    land.watch.advance(MINUTE)
    async with land.idp.db.writing() as unit:
        await deliveries.give_up_lost(unit)
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await opened(operator, "/console/deliveries?dead")
    return operator, "/console/deliveries", {**page.hidden, "delivery": made.delivery_id, "reason": "too old"}


async def client(land: Country, party: RelyingParty) -> Form:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}"
    return operator, path, {**(await opened(operator, path)).hidden, "reason": "yearly"}


async def consent(land: Country, party: RelyingParty) -> Form:
    person = (await known(land)).person
    page = await person.start(party.request())
    assert isinstance(page, Page)
    assert page.path.startswith("/consent/")
    return person, page.action, page.hidden


async def secret(land: Country, party: RelyingParty) -> Form:
    person = await signed_in(land)
    page = await proven_twice(person)
    form = {"password-current": person.persona.password, "password-new": "another secret"}
    return person, "/me/security/secret", {**page.hidden, **form, "password-again": "another secret"}


QUESTIONS: list[tuple[Callable[[Country, RelyingParty], Awaitable[Form]], str]] = [
    (about_a_lock, "what"),
    (decision_of_a_lock, "answer"),
    (level, "level"),
    (delivery, "what"),
    (client, "what"),
    (consent, "answer"),
    (secret, "kind"),
]


@pytest.mark.parametrize("answer", [None, "", "bogus"])
@pytest.mark.parametrize(("question", "name"), QUESTIONS, ids=[question.__name__ for question, _ in QUESTIONS])
async def test_what_the_page_does_not_offer_is_refused_and_does_nothing(
    land: Country,
    party: RelyingParty,
    question: Callable[[Country, RelyingParty], Awaitable[Form]],
    name: str,
    answer: str | None,
) -> None:
    async def happened() -> int:
        async with land.idp.db.reading() as unit:
            row = await unit.fetch_one(Statement(select(func.count().label("count")).select_from(events)))
        assert row is not None
        return int(row["count"])

    person, path, form = await question(land, party)
    form = {key: value for key, value in form.items() if key != name}
    before = await happened()
    refused = await person.browser.post(path, data=form if answer is None else {**form, name: answer})
    assert refused.status_code == 400, refused.text
    assert "unknown_answer" in refused.text
    assert await happened() == before
