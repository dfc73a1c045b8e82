"""`/me/numbers`: the phone numbers that carriers have under my papers, and those bound to me; release one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberState
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import number_of
from vneid_idp.identity import persons
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.register.guardianship import is_guardian
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.identity.vault import PersonKey
from vneid_idp.portal.access import Holder, find_service_names, for_holder, read_before
from vneid_idp.portal.disputes import ShownRefusal, disputes_of, refused_to
from vneid_idp.portal.hand_over import applications_of
from vneid_idp.portal.linked import NUMBERS, PAGE, is_live
from vneid_idp.portal.registered import Registered, read_registered
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.use_cases.protect_account import shows_passkey
from vneid_idp.use_cases.release_binding import release_for_person
from vneid_idp.use_cases.report_number import thaw_number
from vneid_idp.web.detail_words.subscriber_number import CHANNELS, CONTRACTS
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.kind_words import KIND_WORDS
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render

_ADDRESS = "/me/numbers"
_STATES = {
    NumberState.CONFIRMED: (mark("Confirmed by you"), "success"),
    NumberState.VERIFIED: (mark("Verified"), "success"),
    NumberState.RECHECKING: (mark("Works in another device"), "warning"),
    NumberState.FROZEN: (mark("Frozen"), "danger"),
    NumberState.DISPUTED: (mark("Somebody else says it is theirs"), "warning"),
    NumberState.SUSPENDED: (mark("Suspended"), "warning"),
}
_NEXT = {
    NumberState.CONFIRMED: mark(
        "The carrier has not had your details compared with the population register yet. You have nothing to do here."
    ),
    NumberState.VERIFIED: mark(
        "Your ID number, name, birth date and face agreed with the population register. You have nothing to do here."
    ),
    NumberState.RECHECKING: mark(
        "The carrier told that it works in another device. Show your face in the carrier's app, or at one of its "
        "points: until then it is cut off step by step."
    ),
    NumberState.FROZEN: mark(
        "The carrier told that it works in another SIM card, or moves to another carrier. Nothing rests on it until "
        "you show that it is in your hand: by your face in the carrier's app or at one of its points, or by a passkey "
        "here. If it was not you, call the carrier at once."
    ),
    NumberState.DISPUTED: mark("The carrier decides whose it is. Until then it counts for nobody: see above."),
    NumberState.SUSPENDED: mark(
        "It rests while your account is locked or your card is not valid, and counts again by itself afterwards. The "
        "carrier is told that it rests, and not why."
    ),
}
_NEXT_OF_CHILD = {
    NumberState.CONFIRMED: mark(
        "The carrier has not had the child's details compared with the population register yet. You have nothing to do "
        "here."
    ),
    NumberState.VERIFIED: mark(
        "The child's ID number, name, birth date and face agreed with the population register. You have nothing to do "
        "here."
    ),
    NumberState.RECHECKING: mark(
        "The carrier told that it works in another device. Show the child's face in the carrier's app, or at one of "
        "its points: until then it is cut off step by step."
    ),
    NumberState.FROZEN: mark(
        "The carrier told that it works in another SIM card, or moves to another carrier. Go with the child to a point "
        "of the carrier, or call it at once if it was not you."
    ),
    NumberState.SUSPENDED: mark(
        "It rests while the account of the child, or of the one who registered it, is locked, and counts again by "
        "itself afterwards. The carrier is told that it rests, and not why."
    ),
}
_ASKED_FOR = frozenset({NumberState.RECHECKING, NumberState.FROZEN})
"""States of which one's own entry says what to do: what the register adds is until when."""
_BY_GUARDIAN = (mark("Confirmed by a parent or guardian"), "success")
_SAID = {
    "thawed": mark("You said that the number is in your hand. It counts again."),
    "free": mark("Nobody else has the number at the carrier any more. Have it registered in your name there."),
    "mine": mark("You said that the number is yours."),
    "not_mine": mark("You said that the number is not yours. The carrier is told so."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as the page shows it."""

    binding: SubscriberNumber
    number: str
    carrier: str
    contract: str
    channel: str
    state: tuple[str, str] | None
    """What is said of it now, and how that looks; nothing of one that has ended."""
    next_step: str | None
    told: tuple[str, ...] = ()
    """What else the carrier's register says of it, a sentence each."""
    child: str | None = None
    """Whose it is, where that is a child of the reader's."""

    @property
    def is_own(self) -> bool:
        """Whether it is the reader's."""
        return self.child is None


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    before, after = read_before(request, "bind"), read_before(request, "nbr", "after")
    registered, more = ((), None) if before else await read_registered(request, holder, after)
    async with holder.provider.db.reading() as unit:
        found = await bindings.list_for_person(unit, holder.person_id, before=before, limit=PAGE + 1, kinds=NUMBERS)
        names = await find_service_names(unit, {binding.client_id for binding in found})
        whose = {binding.person_id for binding in found if binding.person_id is not None}
        keys = {each: await holder.provider.vault.find_key(unit, each) for each in {holder.person_id, *whose}}
        carriers = {each.family_id for each in (*found, *registered) if isinstance(each, SubscriberNumber | Registered)}
        able = await applications_of(unit, carriers)
        first = before is None and after is None
        disputes = await disputes_of(unit, request, holder) if first else ()
        refused = await refused_to(unit, holder, disputes) if first else ()
        has_passkey = bool(await passkeys.list_counting(unit, holder.person_id))
    part = ListPart.of([each for each in found if isinstance(each, SubscriberNumber)], PAGE)
    children = await _children(holder, whose - {holder.person_id})
    people = {holder.person_id: None, **children}
    shown = [
        _shown(request, each, key, names, people[each.person_id])
        for each in ([] if after else part.shown)
        if each.person_id in people and (key := keys[each.person_id]) is not None
    ]
    current = [each for each in shown if is_live(each.binding)]
    listed, current = _beside(registered, current)
    return render(
        request,
        "portal/numbers.html",
        words=KIND_WORDS[SubscriberNumber.kind],
        registered=[each for each in listed if not each.is_over],
        able=able,
        disputes=disputes,
        refused=_not_bound(refused, current),
        registered_over=[each for each in listed if each.is_over],
        may_answer=holder.account.level >= 2,
        may_thaw=shows_passkey(holder.session, holder.now),
        has_passkey=has_passkey,
        more=None if more is None else f"?after={more}",
        current=current,
        ended=[each for each in shown if not is_live(each.binding)],
        released="released" in request.query_params,
        said=_SAID.get(request.query_params.get("said", "")),
        older=None if part.last is None or after else f"?before={part.last.binding_id}",
        newest=_ADDRESS if before or after else None,
    )


async def _children(holder: Holder, person_ids: set[str]) -> dict[str, str]:
    """The names of those of these people whose guardian the reader is today: to a former one neither a child's name
    nor its number belongs. Nobody's while the register cannot be asked."""
    try:
        found = await holder.provider.registry.find_many(person_ids) if person_ids else {}
    except RegistryUnavailable:
        return {}
    rules = (await holder.provider.current_policy()).at(holder.now)
    return {
        person_id: child.full_name
        for person_id, child in found.items()
        if is_guardian(holder.person_id, child, rules, holder.now)
    }


def _shown(
    request: Request, binding: SubscriberNumber, key: PersonKey, names: Mapping[str, str], child: str | None
) -> Shown:
    state = _STATES.get(binding.state)
    if binding.state is NumberState.CONFIRMED and child is None and binding.representative_id is not None:
        state = _BY_GUARDIAN
    return Shown(
        binding=binding,
        number=number_of(key, binding),
        carrier=names.get(binding.client_id) or gettext(request, NOT_REGISTERED),
        contract=CONTRACTS[binding.contract],
        channel=CHANNELS[binding.channel],
        state=state,
        next_step=(_NEXT if child is None else _NEXT_OF_CHILD).get(binding.state),
        child=child,
    )


def _not_bound(refused: Iterable[ShownRefusal], bound: Iterable[Shown]) -> list[ShownRefusal]:
    """What a carrier could not register in the reader's name, and did not do afterwards either."""
    own = {(each.binding.family_id, each.number) for each in bound}
    return [each for each in refused if (each.family_id, each.number) not in own]


def _beside(registered: Iterable[Registered], bound: Iterable[Shown]) -> tuple[list[Registered], list[Shown]]:
    """Of the numbers in registers those that ask for more than what is bound says, and what is bound: one number stands
    on the page once, unless its holder has to say something of it."""
    own = {(each.binding.family_id, each.number): each for each in bound if each.is_own}
    beside, told = [], dict[str, tuple[str, ...]]()
    for each in registered:
        mine = own.get((each.family_id, each.number))
        if mine is None or each.is_over:
            beside.append(each)
        elif mine.binding.state in _ASKED_FOR:
            told[mine.binding.binding_id] = each.texts
        elif not each.is_settled:
            beside.append(each)
    return beside, [replace(each, told=told.get(each.binding.binding_id, ())) for each in bound]


async def release(request: Request, holder: Holder) -> Response:
    """Release a number: it is in nobody's name from this moment. Raises `BindingNotFound`."""
    binding_id = (await read_form(request))["binding"]
    provider, session_id = holder.provider, holder.session.session_id
    async with provider.db.reading() as unit:
        found = await bindings.find_for_person(unit, holder.person_id, binding_id, kinds=NUMBERS)
    if found is None or found.person_id is None:
        raise BindingNotFound
    policy, child = await provider.current_policy(), None
    if found.person_id != holder.person_id:
        child = await persons.ask(provider.db, provider.registry, found.person_id)
    await provider.db.transact(
        lambda unit: release_for_person(unit, holder.person_id, session_id, binding_id, child, policy)
    )
    return see_other(f"{_ADDRESS}?released")


async def thaw(request: Request, holder: Holder) -> Response:
    """Let a frozen number count again. Raises `FreshProofNeeded`, `BindingNotFound` and `MoveForbidden`."""
    binding_id = (await read_form(request))["binding"]
    vault, session = holder.provider.vault, holder.session
    await holder.provider.db.transact(lambda unit: thaw_number(unit, vault, session, binding_id))
    return see_other(f"{_ADDRESS}?said=thawed")


doors = [
    Door.page(f"{_ADDRESS}/thaw", for_holder(thaw), "POST"),
    Door.page(_ADDRESS, for_holder(show)),
    Door.page(f"{_ADDRESS}/release", for_holder(release), "POST"),
]
