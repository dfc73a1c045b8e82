"""Numbers that carriers have registered under one's papers: seen at `/me/numbers`, answered for one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import families
from vneid_idp.disputes.rules import Dispute
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.policy.rules import Policy
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.disputes import DISPUTE, desk_of
from vneid_idp.portal.guardian import ask_for_level
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.registered_numbers.answers import AGREE, Answer, possible
from vneid_idp.registered_numbers.carrier_key import CarrierKey, find_key
from vneid_idp.registered_numbers.climbing import coming_of
from vneid_idp.registered_numbers.rules import OVER, RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.service import NumberNotRegistered
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.answer_for_number import answer_for_number
from vneid_idp.web.context import Idp
from vneid_idp.web.doors import Door
from vneid_idp.web.formats import format_date, format_datetime
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext
from vneid_idp.web.pages import ListPart
from vneid_idp.web.registered_words import COMING, MEANINGS, REASONS, RECHECKS, STATES
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

PAGE = 50
_ADDRESS = "/me/numbers"
_UNANSWERED = frozenset(
    {RegisteredState.REGISTERED, RegisteredState.ASKED, RegisteredState.ONE_WAY, RegisteredState.TWO_WAY}
)


@dataclass(frozen=True, slots=True)
class Registered:
    """A number of a register as the page shows it."""

    number_id: str
    number: str
    """E.164."""
    family_id: str
    carrier: str
    since: Instant
    is_over: bool
    is_settled: bool
    """Whether its holder is authenticated and nothing is due."""
    waits: bool
    """Whether its holder has something to say."""
    state: tuple[str, str]
    texts: tuple[str, ...]
    """Why it stands so, and what comes, a sentence each."""
    may_confirm: bool
    may_disown: bool
    proves: bool
    """Whether to confirm it is all that its holder has to do."""


async def read_registered(
    request: Request, holder: Holder, after: str | None
) -> tuple[tuple[Registered, ...], str | None]:
    """A page of them, whatever waits for an answer first, and the id after which the next begins."""
    policy = await holder.provider.current_policy()
    async with holder.provider.db.reading() as unit:
        found = await _list(unit, holder, after)
        part = ListPart.of(found, PAGE)
        carriers = await _carriers(unit, holder.provider, part.shown)
    shown = (
        _shown(request, number, carriers, policy, holder.now) for number in part.shown if number.family_id in carriers
    )
    known = sorted(shown, key=lambda each: (not each.waits, each.number_id))
    return tuple(known), None if part.last is None else part.last.number_id


async def count_waiting(unit: Reading, holder: Holder) -> int:
    """For how many numbers an answer is waited, of those of the first page."""
    return sum(map(_waits, await _list(unit, holder, None)))


async def ask(request: Request, holder: Holder) -> Response:
    """Whether a number is to be disowned, and what follows. Raises `NumberNotRegistered`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    policy = await holder.provider.current_policy()
    async with holder.provider.db.reading() as unit:
        number = await registered_numbers.find_of_holder(
            unit, holder.provider.keys.blind, _id_number(holder), request.query_params.get("number", "")
        )
        carriers = await _carriers(unit, holder.provider, [] if number is None else [number])
    if number is None or number.family_id not in carriers:
        raise NumberNotRegistered
    if Answer.NOT_MINE not in possible(number):  # said already, and the reader went back
        return see_other(_ADDRESS)
    return render(request, "portal/disown_number.html", number=_shown(request, number, carriers, policy, holder.now))


async def answer(request: Request, holder: Holder) -> Response:
    """Write the answer. Raises as `answer_for_number`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    form = await read_form(request)
    said = Answer.NOT_MINE if form["answer"] == Answer.NOT_MINE else Answer.MINE
    desk, session_id = await desk_of(holder), holder.session.session_id
    came = await holder.provider.db.transact(
        lambda unit: answer_for_number(unit, desk, holder.person_id, session_id, form["number"], said)
    )
    if isinstance(came, Dispute):
        return see_other(f"{DISPUTE}?dispute={came.dispute_id}")
    return see_other(f"{_ADDRESS}?said={said}")


async def _list(unit: Reading, holder: Holder, after: str | None) -> tuple[RegisteredNumber, ...]:
    blind = holder.provider.keys.blind
    return await registered_numbers.list_of_holder(unit, blind, _id_number(holder), after=after, limit=PAGE + 1)


def _id_number(holder: Holder) -> str:
    record: RegistryRecord = holder.profile.record
    return record.personal_number


@dataclass(frozen=True, slots=True)
class _Carrier:
    name: str
    key: CarrierKey


async def _carriers(unit: Reading, provider: Idp, numbers: Iterable[RegisteredNumber]) -> Mapping[str, _Carrier]:
    """The carriers of these numbers, each read once, but for one that was deleted at this moment."""
    found = {}
    for family_id in {number.family_id for number in numbers}:
        key = await find_key(unit, provider.keys.sealer, family_id)
        if key is not None:
            found[family_id] = _Carrier((await families.get(unit, family_id)).name, key)
    return found


def _waits(number: RegisteredNumber) -> bool:
    """Whether its holder is to say whether it is theirs."""
    return number.state in _UNANSWERED and Answer.MINE in possible(number)


def _shown(
    request: Request, number: RegisteredNumber, carriers: Mapping[str, _Carrier], policy: Policy, now: Instant
) -> Registered:
    answers, carrier = possible(number), carriers[number.family_id]
    asks = number.state in (RegisteredState.REGISTERED, RegisteredState.ASKED)
    return Registered(
        number_id=number.number_id,
        number=carrier.key.open(number.sealed_number),
        family_id=number.family_id,
        carrier=carrier.name,
        since=number.facts.registered_at,
        is_over=number.state in OVER,
        is_settled=number.state is RegisteredState.VERIFIED,
        waits=_waits(number),
        state=RECHECKS if asks and number.rechecks else STATES[number.state],
        texts=_texts(request, number, policy, now),
        may_confirm=Answer.MINE in answers,
        may_disown=Answer.NOT_MINE in answers,
        proves=number.row_class in AGREE,
    )


def _texts(request: Request, number: RegisteredNumber, policy: Policy, now: Instant) -> tuple[str, ...]:
    say = partial(gettext, request)
    if number.state in OVER:
        return ()
    found = [say(MEANINGS[number.state])] if number.state in MEANINGS else []
    if number.state not in (RegisteredState.VERIFIED, RegisteredState.DISOWNED) and number.row_class in REASONS:
        found.append(say(REASONS[number.row_class]))
    due = coming_of(number, policy)
    if due is not None and number.state is not RegisteredState.DISOWNED:
        # Of today the day alone says nothing: in another device a number has two hours.
        when = format_datetime(due.at) if due.at - now < DAY else format_date(due.at)
        found.append(say(COMING[due.step], date=when))
    return tuple(found)


doors = [
    Door.page(f"{_ADDRESS}/disown", for_holder(ask)),
    Door.page(f"{_ADDRESS}/answer", for_holder(answer), "POST"),
]
