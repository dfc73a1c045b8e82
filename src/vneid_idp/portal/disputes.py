"""Numbers that somebody else calls theirs: claimed at `/me/numbers`, and what either party tells the carrier of it.

Neither page says who the other is, nor what they told; nor what oneself told, which is sealed for the carrier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.clients import families
from vneid_idp.disputes import records, refusals
from vneid_idp.disputes.evidence import LONGEST, Evidence, UsedSince
from vneid_idp.disputes.refusals import RefusedNumber
from vneid_idp.disputes.rules import EVIDENCE_KEPT, REFUSALS_KEPT, Dispute, DisputeEnd, Side, Whose
from vneid_idp.disputes.words import NothingToClaim, UnknownDispute
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.guardian import ask_for_level
from vneid_idp.registered_numbers import service as registered_numbers
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.claim_number import Desk, claim_refused
from vneid_idp.use_cases.dispute_evidence import give_evidence
from vneid_idp.use_cases.end_dispute import give_up, of_party
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.web.deeds import Errors, form_page
from vneid_idp.web.dispute_words import DECIDED, ENDED, FOR_NOBODY, NOT_YOURS, OPEN, USED_SINCE, YOURS
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_ADDRESS = "/me/numbers"
_CLAIM, DISPUTE = f"{_ADDRESS}/claim", f"{_ADDRESS}/dispute"
_GIVE_UP = f"{DISPUTE}/give-up"
_SHOWN_FOR = EVIDENCE_KEPT
_MOST = 50
_TEXTS = ("contacts", "payments", "note")


@dataclass(frozen=True, slots=True)
class ShownDispute:
    """A dispute as one of its parties sees it."""

    dispute_id: str
    number_id: str
    binding_id: str
    number: str
    """E.164."""
    carrier: str
    opened_at: Instant
    due_at: Instant
    is_open: bool
    is_claim: bool
    """Whether the reader is the one who claimed it."""
    told_at: Instant | None
    """When the reader last told the carrier something."""
    state: tuple[str, str]
    outcome: tuple[str, ...]
    """What came of it, a sentence each."""
    binds_anew: bool
    """Whether the reader has it now, and the carrier has to register it in their name once more."""


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A number that a carrier could not register in the reader's name."""

    refusal_id: str
    number: str
    family_id: str
    carrier: str
    refused_at: Instant


async def disputes_of(unit: Reading, request: Request, holder: Holder) -> tuple[ShownDispute, ...]:
    """Those of the holder that are open, or ended a short time ago, the latest first."""
    found = await records.list_of_person(unit, holder.person_id, since=unit.now - _SHOWN_FOR, most=_MOST)
    return await _shown(unit, request, holder, found)


async def count_untold(unit: Reading, holder: Holder) -> int:
    """How many disputes are open in which the holder told the carrier nothing yet."""
    found = await records.open_of_person(unit, holder.person_id)
    return sum(each.told_at(_side(each, holder)) is None for each in found)


async def refused_to(unit: Reading, holder: Holder, disputes: Iterable[ShownDispute]) -> tuple[ShownRefusal, ...]:
    """What the holder could claim, and does not dispute already."""
    key = await holder.provider.vault.find_key(unit, holder.person_id)
    if key is None:
        return ()
    found = await refusals.list_of_person(unit, key, holder.person_id, unit.now - REFUSALS_KEPT)
    names = {each: (await families.get(unit, each)).name for each in {refused.family_id for refused in found}}
    disputed = {(each.carrier, each.number) for each in disputes if each.is_open}
    shown = (_refusal(each, names) for each in found)
    return tuple(each for each in shown if (each.carrier, each.number) not in disputed)


async def ask(request: Request, holder: Holder) -> Response:
    """Whether a number is to be claimed, and what follows. Raises `NothingToClaim`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    wanted = request.query_params.get("number", "")
    async with holder.provider.db.reading() as unit:
        found = await refused_to(unit, holder, await disputes_of(unit, request, holder))
    refused = next((each for each in found if each.refusal_id == wanted), None)
    if refused is None:
        raise NothingToClaim
    return render(request, "portal/claim_number.html", refused=refused)


async def claim(request: Request, holder: Holder) -> Response:
    """Claim it. Raises as `claim_refused`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    form, desk = await read_form(request), await desk_of(holder)
    opened = await holder.provider.db.transact(
        lambda unit: claim_refused(unit, desk, holder.person_id, holder.session.session_id, form["number"])
    )
    if opened is None:
        return see_other(f"{_ADDRESS}?said=free")
    return see_other(f"{DISPUTE}?dispute={opened.dispute_id}")


async def show(request: Request, holder: Holder) -> Response:
    """How a dispute stands, and what the holder can tell of it. Raises `UnknownDispute`."""
    return await _page(request, holder, request.query_params.get("dispute", ""), Form([]), Errors())


async def tell(request: Request, holder: Holder) -> Response:
    """Tell the carrier something. Raises as `give_evidence`."""
    form, provider = await read_form(request), holder.provider
    errors = _errors(request, form)
    if errors:
        return await _page(request, holder, form["dispute"], form, errors)
    told = Evidence(
        UsedSince(form["used_since"]), form["sim_in_hand"] == "yes", *(form[name].strip() for name in _TEXTS)
    )
    sealer, session_id, dispute_id = provider.keys.sealer, holder.session.session_id, form["dispute"]
    await provider.db.transact(lambda unit: give_evidence(unit, sealer, holder.person_id, session_id, dispute_id, told))
    return see_other(f"{DISPUTE}?dispute={dispute_id}&told")


async def ask_give_up(request: Request, holder: Holder) -> Response:
    """Whether the number is the other's after all. Raises `UnknownDispute`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    shown = await _one(request, holder, request.query_params.get("dispute", ""))
    if not shown.is_open:
        return see_other(f"{DISPUTE}?dispute={shown.dispute_id}")
    return render(request, "portal/give_up_number.html", dispute=shown)


async def leave(request: Request, holder: Holder) -> Response:
    """Give it up. Raises as `give_up`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    form, provider = await read_form(request), holder.provider
    policy, dispute_id = await provider.current_policy(), form["dispute"]
    secrets = Secrets(provider.vault, provider.keys.sealer, provider.keys.blind)
    await provider.db.transact(
        lambda unit: give_up(unit, secrets, holder.person_id, holder.session.session_id, dispute_id, policy)
    )
    return see_other(f"{DISPUTE}?dispute={dispute_id}")


async def desk_of(holder: Holder) -> Desk:
    """What a dispute is opened with."""
    provider = holder.provider
    return Desk(provider.vault, provider.keys.sealer, provider.keys.blind, await provider.current_policy())


async def _page(request: Request, holder: Holder, dispute_id: str, form: Form, errors: Errors) -> Response:
    return form_page(
        request,
        "portal/dispute.html",
        form,
        errors,
        dispute=await _one(request, holder, dispute_id),
        told="told" in request.query_params,
        used_since=USED_SINCE,
        longest=LONGEST,
        kept_days=EVIDENCE_KEPT // DAY,
    )


async def _one(request: Request, holder: Holder, dispute_id: str) -> ShownDispute:
    async with holder.provider.db.reading() as unit:
        found = await of_party(unit, holder.person_id, dispute_id)
        shown = await _shown(unit, request, holder, (found,))
    if not shown:
        raise UnknownDispute
    return shown[0]


def _errors(request: Request, form: Form) -> Errors:
    say, errors = partial(gettext, request), Errors()
    if form["used_since"] not in frozenset(UsedSince):
        errors["used_since"] = say(mark("Say for how long you have used the number."))
    for name in _TEXTS:
        if len(form[name].strip()) > LONGEST:
            errors[name] = say(mark("Shorten this to %(num)s characters."), num=LONGEST)
    if not errors and not any(form[name].strip() for name in _TEXTS):
        errors["contacts"] = say(mark("Tell at least one thing that only who uses the number knows."))
    return errors


def _side(dispute: Dispute, holder: Holder) -> Side:
    side = dispute.side_of(holder.person_id)
    assert side is not None, "it was found as one of theirs"
    return side


async def _shown(
    unit: Reading, request: Request, holder: Holder, found: tuple[Dispute, ...]
) -> tuple[ShownDispute, ...]:
    sealer, shown = holder.provider.keys.sealer, []
    for each in found:
        numbers = await registered_numbers.phone_numbers(unit, sealer, each.family_id, {each.number_id})
        if each.number_id in numbers:
            carrier = (await families.get(unit, each.family_id)).name
            shown.append(_seen(request, each, _side(each, holder), numbers[each.number_id], carrier))
    return tuple(shown)


def _seen(request: Request, dispute: Dispute, side: Side, number: str, carrier: str) -> ShownDispute:
    won = dispute.whose is not None and dispute.whose.value == side.value
    return ShownDispute(
        dispute_id=dispute.dispute_id,
        number_id=dispute.number_id,
        binding_id=dispute.binding_id,
        number=number,
        carrier=carrier,
        opened_at=dispute.opened_at,
        due_at=dispute.due_at,
        is_open=dispute.ended_at is None,
        is_claim=side is Side.CLAIMANT,
        told_at=dispute.told_at(side),
        state=OPEN if dispute.ended_at is None else YOURS if won else NOT_YOURS,
        outcome=_outcome(request, dispute, won=won),
        binds_anew=won and side is Side.CLAIMANT and dispute.row_of is not Side.CLAIMANT,
    )


def _outcome(request: Request, dispute: Dispute, *, won: bool) -> tuple[str, ...]:
    say = partial(gettext, request)
    if dispute.ended is None:
        return ()
    if dispute.ended is not DisputeEnd.DECIDED:
        return (say(ENDED[dispute.ended]),)
    if dispute.whose is Whose.NEITHER:
        first = say(FOR_NOBODY[Whose.NEITHER])
    else:
        first = say(
            mark("The carrier decided that the number is yours.")
            if won
            else mark("The carrier decided that the number is not yours.")
        )
    return (first,) if dispute.reason is None else (first, say(DECIDED[dispute.reason]))


def _refusal(refused: RefusedNumber, names: Mapping[str, str]) -> ShownRefusal:
    return ShownRefusal(
        refused.refusal_id, refused.phone_number, refused.family_id, names[refused.family_id], refused.refused_at
    )


doors = [
    Door.page(_CLAIM, for_holder(ask)),
    Door.page(_CLAIM, for_holder(claim), "POST"),
    Door.page(DISPUTE, for_holder(show)),
    Door.page(DISPUTE, for_holder(tell), "POST"),
    Door.page(_GIVE_UP, for_holder(ask_give_up)),
    Door.page(_GIVE_UP, for_holder(leave), "POST"),
]
