"""`/office/people/{file}`: one person, how the account stands, and what can be done."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import account_standing, highest_level
from vneid_idp.identity.ages import age
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.acts import Act, possible
from vneid_idp.identity.offices.roles import Role, roles_of
from vneid_idp.identity.register.cards import CardStatus, card_status
from vneid_idp.identity.register.guardianship import named_guardians, needs_guardian
from vneid_idp.kernel.clock import Instant
from vneid_idp.office.access import FILE, HOME, OpenFile, for_file
from vneid_idp.office.closed_files import close_file
from vneid_idp.policy.rules import Rules
from vneid_idp.web.account_words import STANDING_WORDS
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_DONE = {
    "raised": mark("The account is of level 2 now."),
    "locked": mark("The account is locked. Every session has ended."),
    "unlocked": mark("The holder's lock is lifted."),
    "asked": mark("Your request waits for a colleague's decision."),
    "passkey": mark("The passkey was added. The person can sign in with it."),
    "passkey-removed": mark("The passkey was removed. Nobody can sign in with it any more."),
    "phone": mark("The new phone number counts. Codes that waited at the old one have ended."),
    "guardian": mark("The population register has the new parent or guardian."),
    "guardian-ended": mark("The population register has ended this guardianship."),
    "card": mark("The population register has the new card."),
    "death": mark("The population register has recorded the death. Everything has ended."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be done now: the last part of its address, and the words."""

    path: str
    title: str
    text: str


_ABOUT_ACCOUNT = {
    Act.OPEN_ACCOUNT: Choice(
        "account", mark("Open an account"), mark("By age and card. You hand out a code to activate it.")
    ),
    Act.RAISE_LEVEL: Choice("level", mark("Raise to level 2"), mark("After a look at the card and the face.")),
    Act.ISSUE_CODE: Choice(
        "code", mark("Password forgotten"), mark("A code with which the person chooses new secrets.")
    ),
    Act.CHANGE_PHONE: Choice("phone", mark("Another phone number"), mark("Proven by a code that is sent to it.")),
    Act.ADD_PASSKEY: Choice(
        "passkeys", mark("Passkeys"), mark("Add one for somebody without a phone; remove a lost one.")
    ),
    Act.LOCK: Choice("lock", mark("Lock at the holder's request"), mark("Takes effect at once.")),
    Act.UNLOCK: Choice("unlock", mark("Lift the holder's lock"), mark("What rested with the lock counts again.")),
}
_GUARDIAN = Choice("guardian", mark("Parents and guardians"), mark("Name one, or end a guardianship."))
_CARD = Choice("card", mark("A new or renewed card"), mark("How long the account can be used follows the card."))
_DEATH = Choice("death", mark("Report a death"), mark("Everything that acts in the person's name ends."))
_IN_NAME = {
    Act.ASK_LOCK: Choice("requests", mark("Ask for a lock"), mark("You ask, a colleague decides.")),
    Act.ASK_UNLOCK: Choice("requests", mark("Ask to lift the lock"), mark("You ask, a colleague decides.")),
}


async def show(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """The file."""
    provider, record = colleague.provider, file.record
    async with provider.db.reading() as unit:
        account = await accounts.find(unit, file.person_id)
        keys = await passkeys.list_passkeys(unit, file.person_id)
        waiting = await lock_requests.is_open(unit, file.person_id)
        holds_role = bool(await roles_of(unit, file.person_id))
        now = unit.now
    rules = (await provider.current_policy()).at(now)
    done = _DONE.get(request.query_params.get("done", ""))
    highest = highest_level(record, rules, now)
    acts = possible(account, highest, died=record.deceased_at is not None, holds_role=holds_role)
    clerk, officer = colleague.holds(Role.CLERK), colleague.holds(Role.OFFICER)
    return render(
        request,
        "office/file.html",
        file=file,
        record=record,
        years=age(record.birth_date, now),
        account=account,
        standing=None if account is None else STANDING_WORDS[account_standing(account, record, now)],
        card_valid=card_status(record.card, now) is CardStatus.VALID,
        can_open=highest > 0,
        passkeys=len(keys),
        waiting=waiting,
        officer=officer,
        holds_role=holds_role,
        about_account=[choice for act, choice in _ABOUT_ACCOUNT.items() if clerk and act in acts],
        to_register=_to_register(file, rules, now) if clerk else (),
        # Where a holder's lock stands both could be asked; a lock in the authority's name comes first.
        in_name=next((choice for act, choice in _IN_NAME.items() if officer and act in acts), None),
        done=gettext(request, done) if done else None,
    )


async def close(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Close the file: neither its address nor Back opens it again at this browser."""
    await read_form(request)
    close_file(request, file.handle)
    return see_other(HOME)


def _to_register(file: OpenFile, rules: Rules, now: Instant) -> tuple[Choice, ...]:
    """What a clerk can report to the register now."""
    if file.record.deceased_at is not None:
        return ()
    is_child = needs_guardian(age(file.record.birth_date, now), rules)
    return (*((_GUARDIAN,) if is_child or named_guardians(file.record) else ()), _CARD, _DEATH)


doors = [
    Door.page(FILE, for_file(show, Role.CLERK, Role.OFFICER)),
    Door.page(FILE + "/close", for_file(close, Role.CLERK, Role.OFFICER), "POST"),
]
