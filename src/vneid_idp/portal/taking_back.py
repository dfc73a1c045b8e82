"""Before a consent is withdrawn, or a linked account released, a page asks once and says what follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import labels, standing_by
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.engine.kind import Entry
from vneid_idp.bindings.engine.rules import Binding, BindingNotFound
from vneid_idp.bindings.kinds import KINDS
from vneid_idp.clients.service import find_client
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, NothingToWithdraw
from vneid_idp.kernel.languages import in_language
from vneid_idp.portal.access import Holder, for_holder
from vneid_idp.portal.children import child_named, names_among, names_of_children, stands_to
from vneid_idp.portal.ended import about_whom
from vneid_idp.portal.family import children_of
from vneid_idp.portal.guardian import ask_for_level
from vneid_idp.portal.linked import is_live
from vneid_idp.portal.supervised import has_other_supervisors, has_supervised
from vneid_idp.portal.undoable import may_agree_again, may_link_again
from vneid_idp.protocol.claims import is_permission, leaving
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import counting
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.doors import Door
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.kind_words import KIND_WORDS
from vneid_idp.web.kind_words.words import KindWords
from vneid_idp.web.logos import logo_path
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Kept:
    """What a service keeps of what it got for one purpose."""

    purpose: str
    until: str
    labels: tuple[str, ...]
    """What the law demands in full, so that the service may keep it even when it is asked to delete."""
    ground: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What is bound and a withdrawal releases: a linked account, a number."""

    entry: Entry
    binding: Binding
    label: str | None
    """What the holder calls it."""
    child: str | None
    words: KindWords
    goes_on: bool
    """Whether another parent or guardian, who confirmed it as well, supervises it from then on if they can act."""


async def ask_to_withdraw(request: Request, holder: Holder) -> Response:
    """Whether one of the holder's consents is to be withdrawn. Raises `NothingToWithdraw`."""
    wanted = request.query_params.get("consent", "")
    async with holder.provider.db.reading() as unit:
        current = await consents.list_current(unit, holder.person_id)
        consent = _named(current, wanted)
        client = await find_client(unit, consent.client_id)
        ending = await _bound_under(unit, holder.person_id, consent)
        called = await labels.of_person(unit, holder.provider.vault, holder.person_id)
        supervised = await has_supervised(unit, holder.person_id, consent.client_id)
    others = [each for each in current if each is not consent]
    about = {each.person_id for each, _ in ending} | {each.child_id for each in current}
    stands_now = await stands_to(holder, {each for each in about if each not in (None, holder.person_id)})
    names, acted_for = names_among(stands_now, outgrown=True), names_among(stands_now)
    outgrown = names.keys() - acted_for.keys()
    say = partial(gettext, request)
    rules = (await holder.provider.current_policy()).at(holder.now)
    again = may_agree_again(holder, consent, client, acted_for.keys(), rules)
    relinks = all(may_link_again(holder, binding, client, consent, rules) for binding, _ in ending)
    accounts = [
        Ending(
            KINDS[binding.kind].entry(binding),
            binding,
            called.get(binding.binding_id),
            None if binding.person_id == holder.person_id else child_named(binding.person_id, names, say),
            KIND_WORDS[binding.kind],
            goes_on and binding.person_id not in outgrown,
        )
        for binding, goes_on in ending
    ]
    child = child_named(consent.child_id, names, say)
    way = ("consent", "/me/services/withdraw", "/me/services")
    stands = about_whom(others, consent.client_id, names, say)
    return _page(
        request, consent, client, accounts, child, way,
        again=again, relinks=relinks, stands=stands, supervised=supervised and consent.child_id is None,
    )  # fmt: skip


async def ask_to_withdraw_for_child(request: Request, holder: Holder) -> Response:
    """Whether a child's consent is to be withdrawn. Raises `NotTheirGuardian` and `NothingToWithdraw`."""
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    child_id = request.query_params.get("child", "")
    child = next((each for each in await children_of(holder) if each.person_id == child_id), None)
    if child is None:
        raise NotTheirGuardian
    async with holder.provider.db.reading() as unit:
        consent = _named(await consents.list_current(unit, child_id), request.query_params.get("consent", ""))
        client = await find_client(unit, consent.client_id)
        supervised = await has_supervised(unit, child_id, consent.client_id)
    way = ("child", "/me/children/withdraw", "/me/children")
    return _page(request, consent, client, [], child.full_name, way, again=False, supervised=supervised)


async def ask_to_release(request: Request, holder: Holder) -> Response:
    """Whether a linked account is to be released. Raises `BindingNotFound`."""
    async with holder.provider.db.reading() as unit:
        binding = await bindings.find_for_person(unit, holder.person_id, request.query_params.get("binding", ""))
        if binding is None or not is_live(binding):
            raise BindingNotFound
        client = await find_client(unit, binding.client_id)
        called = await labels.of_person(unit, holder.provider.vault, holder.person_id)
        consent = None
        if binding.proved_by == holder.person_id:
            current = await consents.list_current(unit, holder.person_id)
            consent = next((each for each in current if each.consent_id == binding.consent_id), None)
        stands = await consents.find_current(unit, holder.person_id, binding.client_id)
        others = await has_other_supervisors(unit, binding, holder.person_id)
    rules = (await holder.provider.current_policy()).at(holder.now)
    say, own = partial(gettext, request), binding.person_id == holder.person_id
    names = {} if own or binding.person_id is None else await names_of_children(holder, {binding.person_id})
    if not own and binding.person_id not in names:
        raise BindingNotFound  # to a former guardian the account belongs no more
    return render(
        request,
        "portal/release.html",
        binding=binding,
        entry=KINDS[binding.kind].entry(binding),
        words=KIND_WORDS[binding.kind],
        label=called.get(binding.binding_id),
        service=client.client_name if client else binding.client_id,
        child=None if own else child_named(binding.person_id, names, say),
        kept=_kept(client, consent, locale_of(request), say),
        supervised=own and binding.representative_id is not None,
        others=others,
        again=binding.representative_id is None and may_link_again(holder, binding, client, stands, rules),
    )


def _named(current: Iterable[Consent], consent_id: str) -> Consent:
    found = next((each for each in current if each.consent_id == consent_id), None)
    if found is None:
        raise NothingToWithdraw
    return found


async def _bound_under(unit: Reading, person_id: str, consent: Consent) -> list[tuple[Binding, bool]]:
    """What is bound under a consent, as `release_under` finds it, each with whether somebody else takes over."""
    found = []
    async for binding in bindings.all_of_person(unit, person_id):
        under = bindings.stands_under(binding, person_id, consent.client_id, consent.consent_id)
        if under and is_live(binding):
            others = () if binding.person_id is None else await standing_by.of_binding(unit, binding)
            found.append((binding, any(guard.guardian_id != person_id for guard in others)))
    return found


def _kept(client: Client | None, consent: Consent | None, locale: str, say: Say) -> tuple[Kept, ...]:
    """How long what was given is kept, purpose by purpose, as the service's registration says."""
    given = {
        name: decision.purpose
        for name, decision in ({} if consent is None else consent.decisions).items()
        if decision.gives and not is_permission(name)
    }
    return tuple(
        Kept(
            in_language(purpose.title, locale),
            in_language(purpose.kept_until, locale),
            tuple(
                topic.name(say)
                for topic in topics_of(name for name in purpose.required_in_full if given.get(name) == purpose.id)
            ),
            in_language(purpose.legal_ground, locale),
        )
        for purpose in (client.purposes if client else ())
        if purpose.id in given.values()
    )


def _page(
    request: Request,
    consent: Consent,
    client: Client | None,
    accounts: list[Ending],
    child: str | None,
    way: tuple[str, str, str],
    *,
    again: bool,
    relinks: bool = True,
    stands: tuple[str, ...] = (),
    supervised: bool = False,
) -> Response:
    say = partial(gettext, request)
    of_child, action, back = way
    counts = counting(client, consent.decisions) if client else {}
    return render(
        request,
        "portal/withdraw.html",
        consent=consent,
        name=client.client_name if client else consent.client_id,
        domain=client.verified_home if client else None,
        host=client.home if client else None,
        logo=logo_path(client) if client else None,
        labels=tuple(topic.name(say) for topic in topics_of(leaving(counts))),
        accounts=accounts,
        child=child,
        child_id=consent.person_id if of_child == "child" else None,
        kept=_kept(client, consent, locale_of(request), say),
        action=action,
        back=back,
        again=again,
        relinks=relinks,
        stands=stands,
        supervised=supervised,
        # One that is out of service is told nothing, whatever it registered.
        announced=client is not None and client.disabled_at is None and client.backchannel_logout_uri is not None,
    )


doors = [
    Door.page("/me/services/withdraw", for_holder(ask_to_withdraw)),
    Door.page("/me/children/withdraw", for_holder(ask_to_withdraw_for_child)),
    Door.page("/me/accounts/release", for_holder(ask_to_release)),
]
