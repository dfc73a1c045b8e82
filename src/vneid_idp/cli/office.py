"""`office …`: what a registration office does for a person, by the same use cases as its pages (`/office`).

A passkey is made by the person's own device in a browser, so a terminal can only take one away. What has to be told to
services waits for the worker of a running provider.
"""

from datetime import date
from typing import Annotated

import typer

from vneid_idp.audit.deeds import Deed
from vneid_idp.cli import people
from vneid_idp.cli.people import Work, Workplace, read_line, read_number
from vneid_idp.cli.terminal import By, Reason, T, day_option, deed_of, err, fail, out, print_rows
from vneid_idp.identity import persons, phones
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import Passkey
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.roles import Role
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind, LockedBy, PersonKind, RegistryRecord
from vneid_idp.identity.register.reports import (
    CardIssued,
    Death,
    GuardianNamed,
    GuardianshipEnded,
    PhoneChanged,
    ReportedFact,
    is_report_id,
    new_report_id,
)
from vneid_idp.kernel.clock import SystemClock, local_date, midnight, to_rfc3339
from vneid_idp.use_cases import enrol_person
from vneid_idp.use_cases.change_phone import change_phone as change
from vneid_idp.use_cases.change_phone import send_code_to_new_phone
from vneid_idp.use_cases.lock_person import lock_person, unlock_person
from vneid_idp.use_cases.report_to_registry import finish_report, report_to_registry

app = typer.Typer(
    no_args_is_help=True,
    help="What a registration office does for a person. Each command asks for the personal ID number. --by is a "
    "name, or the person id of a colleague, who then needs a role: clerk, and officer for locks of the authority.",
)
Compared = Annotated[
    bool, typer.Option("--compared", help="Card and face were compared in person; level 2 is not given without it.")
]
Again = Annotated[
    str | None,
    typer.Option(
        "--report", help="The id of a report that was cut short, as the command printed it: this is the same report."
    ),
]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")]


def for_person(context: typer.Context, deed: Deed, work: Work[T], role: Role = Role.CLERK) -> tuple[RegistryRecord, T]:
    """Do something for the person of a number that is asked for; who it is, and what came of it."""
    return people.for_person(context, deed, read_number(), work, role)


async def _ask(place: Workplace, record: RegistryRecord) -> RegisterAnswer:
    answer = await persons.ask(place.db, place.registry, record.person_id)
    assert answer is not None, "the register had the person a moment ago"
    return answer


@app.command("open-account")
def open_account(
    context: typer.Context,
    by: By,
    reason: Reason,
    level: Annotated[int, typer.Option(min=1, max=2)],
    compared: Compared = False,
) -> None:
    """Open an account of a level by age and card; prints the code with which the holder activates it at /activate."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> str:
        answer, policy = await _ask(place, record), await place.policy()
        _, code = await place.act(
            deed,
            lambda unit: enrol_person.open_account(
                unit, place.vault, place.blind, answer, level, compared=compared, policy=policy, deed=deed
            ),
        )
        return code

    record, code = for_person(context, deed_of(by, reason), work)
    out.print(f"{record.person_id} has an account of level {level}. Activation code: {code}", markup=False)


@app.command("raise-level")
def raise_level(context: typer.Context, by: By, reason: Reason, compared: Compared = False) -> None:
    """Raise an account to level 2, which takes a look at the card and the face."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
        answer, policy = await _ask(place, record), await place.policy()
        await place.act(
            deed,
            lambda unit: enrol_person.raise_level(
                unit, place.vault, place.blind, answer, compared=compared, policy=policy, deed=deed
            ),
        )

    out.print(f"{for_person(context, deed_of(by, reason), work)[0].person_id} is of level 2.", markup=False)


@app.command("activation-code")
def activation_code(context: typer.Context, by: By, reason: Reason) -> None:
    """Make another activation code, for who forgot the secrets; an older one becomes worthless."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> str:
        return await place.act(
            deed, lambda unit: enrol_person.new_activation_code(unit, place.blind, record.person_id, deed)
        )

    record, code = for_person(context, deed_of(by, reason), work)
    out.print(f"{record.person_id} may activate the account. Activation code: {code}", markup=False)


@app.command("change-phone")
def change_phone(context: typer.Context, by: By, reason: Reason, again: Again = None) -> None:
    """Give an account another phone number, which is asked for; a code sent to it has to come back."""
    told, report_id = deed_of(by, reason), _report_id(again)

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
        try:
            phone = phones.read_phone(read_line("New phone number"))
        except phones.MalformedPhone as error:
            fail(f"This cannot be: {error}.")
        policy, person_id = await place.policy(), record.person_id
        if (await finish_report(place.reporting, report_id, person_id, PhoneChanged(phone), policy))[0]:
            return  # the code came back before it was cut short
        sending = await place.act(
            deed, lambda unit: send_code_to_new_phone(unit, place.blind, place.sealer, record, phone)
        )
        if not sending.sent:
            fail("A code was sent moments ago, or there were too many. Wait, then try again.")
        code = read_line("Code that was sent to it")
        _say(report_id)
        outcome, _ = await change(
            place.reporting, report_id, person_id, phone, code, policy, deed, act=place.acting(deed)
        )
        if outcome is not CodeVerdict.RIGHT:
            fail("The code is not right, or it is used or too old.")

    out.print(f"{for_person(context, told, work)[0].person_id} has the new phone number.", markup=False)


@app.command("passkeys")
def list_passkeys(context: typer.Context, by: By, reason: Reason) -> None:
    """List the passkeys of a person. A passkey is added at the office's page or at /me: it takes a browser."""

    async def work(place: Workplace, record: RegistryRecord, _: Deed) -> tuple[Passkey, ...]:
        async with place.db.reading() as unit:
            return await passkeys.list_passkeys(unit, record.person_id)

    rows = [("credential_id", "Name", "Added")]
    for each in for_person(context, deed_of(by, reason), work)[1]:
        rows.append((each.credential_id, each.name, to_rfc3339(each.registered_at)))
    print_rows(*rows)


@app.command("remove-passkey")
def remove_passkey(context: typer.Context, credential_id: str, by: By, reason: Reason) -> None:
    """Take a passkey from a person who lost it."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> bool:
        return await place.act(
            deed, lambda unit: enrol_person.remove_passkey(unit, record.person_id, credential_id, deed)
        )

    record, removed = for_person(context, deed_of(by, reason), work)
    if not removed:
        fail("This person has no such passkey.")
    out.print(f"{record.person_id} has this passkey no more.", markup=False)


@app.command("name-guardian")
def name_guardian(context: typer.Context, by: By, reason: Reason, again: Again = None) -> None:
    """Report a parent or guardian of a child; asks for the child's number, then for the guardian's."""
    told = deed_of(by, reason)
    record = _report(context, told, again, lambda place, _, deed: _guardian(place, deed, GuardianNamed))
    out.print(f"{record.person_id} has this guardian.", markup=False)


@app.command("end-guardianship")
def end_guardianship(context: typer.Context, by: By, reason: Reason, again: Again = None) -> None:
    """Report that somebody is no guardian of a child any more; asks for the child's number, then for the guardian's."""
    told = deed_of(by, reason)
    record = _report(context, told, again, lambda place, _, deed: _guardian(place, deed, GuardianshipEnded))
    out.print(f"{record.person_id} does not have this guardian any more.", markup=False)


async def _guardian(place: Workplace, deed: Deed, kind: type[GuardianNamed] | type[GuardianshipEnded]) -> ReportedFact:
    return kind((await place.get(read_number("Personal ID number of the guardian"), deed)).person_id)


@app.command("renew-card")
def renew_card(
    context: typer.Context,
    by: By,
    reason: Reason,
    issued: Annotated[date, day_option("--issued", "The day of issue.")],
    expires: Annotated[
        date | None, day_option("--expires", "Residence cards: the first day on which it is no longer good.")
    ] = None,
    kind: Annotated[CardKind | None, typer.Option(help="Residence cards: which; as before unless told.")] = None,
    again: Again = None,
) -> None:
    """Report that a card was issued or renewed. How long a citizen's is good follows from the law."""
    told = deed_of(by, reason)

    async def fact(place: Workplace, record: RegistryRecord, deed: Deed) -> ReportedFact:
        if record.kind is PersonKind.CITIZEN:
            if expires is not None or kind not in (None, CardKind.CITIZEN):
                fail("A citizen's card is good as long as the law says: leave --expires and --kind out.", code=2)
            return CardIssued(Card(CardKind.CITIZEN, issued, citizen_card_expiry(record.birth_date, issued)))
        which = kind or (record.card.kind if record.card else None)
        if which is None or expires is None:
            fail("A residence card: say --expires, and --kind where the register has none yet.", code=2)
        return CardIssued(Card(which, issued, expires))

    out.print(f"{_report(context, told, again, fact).person_id} has the new card.", markup=False)


@app.command("report-death")
def report_death(
    context: typer.Context,
    by: By,
    reason: Reason,
    day: Annotated[date | None, day_option("--on", "The day of the death; today unless told.")] = None,
    yes: Sure = False,
    again: Again = None,
) -> None:
    """Report that a person died: every token and session ends, the bindings rest, for good."""
    told = deed_of(by, reason)
    on = local_date(SystemClock().now()) if day is None else day
    if not yes:
        typer.confirm("Nobody can sign in as this person ever again. Go on?", abort=True, err=True)

    async def fact(place: Workplace, record: RegistryRecord, deed: Deed) -> ReportedFact:
        return Death(midnight(on))

    out.print(f"{_report(context, told, again, fact).person_id} is recorded as deceased.", markup=False)


def _report_id(again: str | None) -> str:
    if again is None:
        return new_report_id()
    if not is_report_id(again):
        fail("--report is no id of a report: write it as the command printed it.", code=2)
    return again


def _say(report_id: str) -> None:
    """Before the register is told: whoever is cut short after it has learned the id."""
    sentence = f"This is {report_id}. If it is cut short, give the same command again with --report {report_id}."
    err.print(sentence, markup=False)


def _report(context: typer.Context, deed: Deed, again: str | None, make: Work[ReportedFact]) -> RegistryRecord:
    report_id = _report_id(again)

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
        fact, policy = await make(place, record, deed), await place.policy()
        _say(report_id)
        await report_to_registry(
            place.reporting, report_id, record.person_id, fact, policy, deed, act=place.acting(deed)
        )

    return for_person(context, deed, work)[0]


@app.command()
def lock(context: typer.Context, by: By, reason: Reason) -> None:
    """Lock an account at its holder's request, at once. In the authority's name: `office ask-lock`."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
        await place.act(deed, lambda unit: lock_person(unit, place.vault, record.person_id, LockedBy.HOLDER, deed))

    out.print(f"{for_person(context, deed_of(by, reason), work)[0].person_id} is locked.", markup=False)


@app.command()
def unlock(context: typer.Context, by: By, reason: Reason) -> None:
    """Lift a lock that the holder asked for. An authority's: `office ask-unlock`; the register's is lifted there."""

    async def work(place: Workplace, record: RegistryRecord, deed: Deed) -> None:
        await place.act(deed, lambda unit: unlock_person(unit, place.vault, record.person_id, LockedBy.HOLDER, deed))

    record, _ = for_person(context, deed_of(by, reason), work)
    out.print(f"{record.person_id} has no lock of the holder any more.", markup=False)
