"""`/consent/{interaction}`: who asks, for what, on which ground, for how long, and the very values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings.social_accounts.service import limit_reached
from vneid_idp.consent.service import Shown
from vneid_idp.identity import persons
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.ages import age
from vneid_idp.identity.guardians import Guardian, who_can_act
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.guardianship import Consenting, is_guardian, named_guardians, who_consents
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.interaction import service
from vneid_idp.interaction.service import InteractionOver
from vneid_idp.interaction.visit import Visit, enter, extend, leave
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import digest
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.acts import Acts
from vneid_idp.protocol.claims import SIGN_IN, Decisions, Item, repeats
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.protocol.interaction import AskConsent, PersonFacts, acr_for, fresh
from vneid_idp.protocol.levels import LEVELS, SignInMethod, reached
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_polled import hold_in_hand
from vneid_idp.use_cases.ask_guardian import ask_guardian
from vneid_idp.use_cases.give_consent import ConsentEnded, give_consent, gives_something
from vneid_idp.web.account_claims import account_claims
from vneid_idp.web.agreed_before import beside_what_stands
from vneid_idp.web.child_consent import for_child, least
from vneid_idp.web.claim_words import Say, Values
from vneid_idp.web.consent_form import read_decisions
from vneid_idp.web.consent_view import Screen, screen, shared_before, values_needed
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import Draft, again, drop_draft, keep_draft, read_draft
from vneid_idp.web.elsewhere_view import for_another_device
from vneid_idp.web.forms import Form, read_form
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.left_out import nothing_ticked, tells_nothing
from vneid_idp.web.link_view import LinkAsked
from vneid_idp.web.outdated_ages import Outdated, outdated
from vneid_idp.web.receipt_text import text_shown
from vneid_idp.web.resource_servers import servers_of
from vneid_idp.web.templates import render

_MOMENT = re.compile(r"[0-9]{1,15}")
_CHANGED, _NOTHING = "changed", "nothing"
"""What the page may have to say of what was sent: it speaks of something else by now; nothing was ticked."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The screen for this visit."""

    visit: Visit
    person_id: str
    session_id: str
    level: int
    """The level that the sign-in proved."""
    screen: Screen
    seen: str
    """Of whom and of what the form speaks."""
    words: str
    """What the page says, in its language, and in whose name."""
    years: int
    rules: Rules
    least: Decisions | None
    """What is put before a parent or guardian of a child who is too young to be asked; or what a child for whom nobody
    can be asked goes on with."""
    anew: Outdated
    """The ages that are offered to be told as they are now."""
    child: RegisterAnswer | None
    """What the register says of the child whom the request is about, if any."""

    @property
    def acts(self) -> Acts:
        """What is confirmed with the answer: just what the screen shows."""
        details = () if self.screen.details is None else self.visit.situation.acts.details
        return Acts(self.screen.link is not None, details)


async def show(request: Request) -> Response:
    """The screen, nothing ticked but what was ticked here before."""
    visit = await enter(request)
    draft = read_draft(request, request.url.path)
    asked = await _asked(request, _as_shown(visit, draft.form))
    if draft.form["seen"] and (asked is None or draft.form["seen"] != asked.seen):
        # Ticked by another person, or for something else.
        draft, asked = Draft(), await _asked(request, visit)
    if asked is None:
        return visit.onward()
    if draft.note == _NOTHING:
        asked = _told_twice(request, asked)
    return _page(request, asked, draft)


async def answer(request: Request) -> Response:
    """Agree, refuse, or ask for more time."""
    form = await read_form(request)
    visit = await enter(request)
    asked = await _asked(request, _as_shown(visit, form))
    here = request.url.path
    if asked is None:
        # Signed out while the page was open: who comes back finds what they ticked.
        keep_draft(request, here, form, _keeps(form))
        return visit.onward_of(request)
    if form["extend"] or form["enter"]:
        # Whoever ticks something and presses Enter has pressed no button: it takes time, and agrees to nothing.
        await extend(request, visit)
        return again(request, here, form, _keeps(form), note=_NOTHING if form["nothing"] else "")
    # Only who presses the button that says so agrees (Law 91/2025 Art. 9): nothing else that arrives is a yes.
    pressed = form.one_of("answer", "agree", "refuse", "no_more")
    if pressed == "refuse":
        return await leave(asked.visit, "consent", asked.person_id)
    if form["seen"] != asked.seen or form["words"] != asked.words:
        return again(request, here, form, (), note=_CHANGED, status=409)
    if pressed == "no_more":
        if not asked.screen.offer:
            return await leave(asked.visit, "consent", asked.person_id)
        nothing = read_decisions(asked.screen, Form([]))[0] if asked.least is None else asked.least
        nothing = {name: decision for name, decision in nothing.items() if name not in asked.anew.names}
        return await _agreed(request, visit, asked, form, nothing)
    decisions, errors = read_decisions(asked.screen, form) if asked.least is None else (asked.least, {})
    if errors:
        said = {name: gettext(request, text) for name, text in errors.items()}
        return again(request, here, form, _keeps(form), said, status=422)
    if form["nothing"]:
        asked = _told_twice(request, asked)
    elif asked.least is None and tells_nothing(asked.screen, decisions):
        return again(request, here, form, _keeps(form), note=_NOTHING)
    return await _agreed(request, visit, asked, form, decisions)


def _as_shown(visit: Visit, form: Form) -> Visit:
    """The visit at the page that the form came from. What the person decided in another window since is no reason not
    to take their word here, and it does not stand against it: a page that asks answers for all that it asked."""
    shown_at = form["shown_at"]
    if visit.interaction.ended_at is not None or not _MOMENT.fullmatch(shown_at):
        return visit
    return replace(visit, situation=visit.situation.as_shown(visit.interaction.request, int(shown_at)))


def _keeps(form: Form) -> list[str]:
    """What of the form is kept while it is not done with: what was ticked, and of what. An answer is given anew."""
    return [name for name in form if name in ("seen", "shown_at") or name.startswith(("required-", "optional-"))]


def _told_twice(request: Request, asked: _Asked) -> _Asked:
    """The same for who ticked nothing at all."""
    client = asked.visit.client
    return replace(asked, screen=nothing_ticked(asked.screen, client.client_name, partial(gettext, request)))


async def _agreed(request: Request, visit: Visit, asked: _Asked, form: Form, decisions: Decisions) -> Response:
    """Record it, or ask a parent or guardian of a child who would share something."""
    decisions, consent = asked.anew.kept(decisions), visit.situation.consent
    nothing_new = consent is not None and repeats(decisions, consent.decided) and asked.anew.names.isdisjoint(decisions)
    if nothing_new and not isinstance(visit.situation.step, AskConsent):
        # Pressed twice, or the same agreed to in another window.
        drop_draft(request, request.url.path)
        return visit.onward()
    shown = Shown(text_shown(asked.screen, decisions), locale_of(request))
    rules, who = asked.rules, (asked.person_id, asked.session_id)
    polled = visit.interaction.request.polled
    guardian = asked.screen.guardian if gives_something(decisions) else None
    if guardian is not None and not guardian.names:
        return again(request, request.url.path, form, _keeps(form), status=409)

    async def work(unit: Unit) -> None:
        if guardian is None:
            client_id, child, years = visit.client.client_id, asked.child, asked.years
            beside = None if consent is None else consent.consent_id
            vault = visit.provider.vault
            await give_consent(
                unit,
                vault,
                *who,
                client_id,
                decisions,
                shown,
                child,
                beside=beside,
                acts=asked.acts,
                years=years,
                rules=rules,
            )
        else:
            of_request = visit.interaction.request
            waits = await ask_guardian(unit, *who, of_request, decisions, shown, rules, proved_level=asked.level)
            await service.await_guardian(unit, visit.interaction, waits.approval_id)
        if asked.acts or polled is not None:
            await service.confirm(unit, visit.provider.keys.sealer, visit.interaction, asked.acts, asked.person_id)
        if polled is not None:
            await hold_in_hand(unit, polled.request_id, asked.person_id)

    try:
        await visit.provider.db.transact(work)
    except ConsentEnded:
        return again(request, request.url.path, form, (), note=_CHANGED, status=409)
    drop_draft(request, request.url.path)
    return visit.onward()


async def _asked(request: Request, visit: Visit) -> _Asked | None:
    """What this page asks now; `None` when the request is not at the point of asking."""
    step, person, session = visit.situation.step, visit.situation.person, visit.session
    account, profile = visit.account, visit.profile
    if not isinstance(step, AskConsent) or person is None or session is None or account is None or profile is None:
        return None
    provider, child_id = visit.provider, visit.interaction.child_id
    policy, now = await provider.current_policy(), visit.situation.now
    rules, years = policy.at(now), age(profile.record.birth_date, now)
    answered = await _child(visit, person.person_id, rules)
    child = None if answered is None else answered.record
    consenting = who_consents(years, rules)
    guardians = await _guardians(visit, profile.record, consenting, rules)
    methods = fresh(person.methods, visit.interaction.request, visit.interaction.opened_at)
    proven = replace(account, level=reached(account.level, methods))

    def values_of(names: Mapping[str, Instant]) -> dict[str, Any]:
        own = profiles.claims(names, profile, proven, provider.issuer)
        return own | account_claims(names, person.person_id, child or profile.record, proven.level, rules, now)

    decided = visit.situation.consent.decided if visit.situation.consent else {}
    anew = outdated(visit.situation.items, step.items, decided, values_of, now)
    items = (*step.items, *anew.items)
    values = values_of(values_needed(items, now)) | _sign_in(visit, proven.level, methods)
    link, say = await _link(visit, profile.record, child_id, rules, step.acts), partial(gettext, request)
    made = screen(
        visit.client,
        items,
        visit.situation.items,
        decided,
        values,
        values_of(shared_before(items, visit.situation.items, decided)),
        locale_of(request),
        say,
        child=child.full_name if child else None,
        link=link,
        told=anew.told,
        offered_again_days=rules[Threshold.OFFERED_AGAIN_DAYS],
        details=step.acts.details,
        servers=await servers_of(provider, (item.name for item in items)),
    )
    made = _where_it_stands(made, visit, step.items, say)
    shown = for_child(made, visit.client.client_name, consenting, [each.full_name for each in guardians], rules, say)
    return _Asked(
        visit,
        person.person_id,
        session.session_id,
        proven.level,
        shown,
        _seen(person, items, values, consenting, link, step.acts.details),
        _words(visit, shown),
        years,
        rules,
        _without_choice(made, shown, consenting),
        anew,
        answered,
    )


def _where_it_stands(made: Screen, visit: Visit, asked: tuple[Item, ...], say: Say) -> Screen:
    """The screen beside what was agreed to before, and for where the answer goes."""
    if visit.situation.consent is not None:
        made = beside_what_stands(made, asked, visit.situation.consent.decided, say)
    return for_another_device(made, visit.interaction.request.polled, visit.client.client_name, say)


async def _child(visit: Visit, person_id: str, rules: Rules) -> RegisterAnswer | None:
    """What the register says of the child whom the request is about, if any. Raises `InteractionOver` where the
    guardian who chose the child left the browser to somebody else, whom its name does not concern."""
    provider, child_id = visit.provider, visit.interaction.child_id
    if child_id is None:
        return None
    answered = await persons.ask(provider.db, provider.registry, child_id)
    record = None if answered is None else answered.record
    if not is_guardian(person_id, record, rules, visit.situation.now):
        raise InteractionOver
    return answered


def _sign_in(visit: Visit, level: int, methods: tuple[SignInMethod, ...]) -> dict[str, Any]:
    """What would be told of the sign-in itself."""
    acr = acr_for(visit.interaction.request.acr_values, level)
    return {} if acr is None else {SIGN_IN: (LEVELS[acr], tuple(dict.fromkeys(method.name for method in methods)))}


def _without_choice(made: Screen, shown: Screen, consenting: Consenting) -> Decisions | None:
    """What a child does not decide line by line: being too young to be asked, or having nobody who could agree."""
    part = shown.guardian
    no_choice = part is not None and (consenting is Consenting.BY_GUARDIAN or part.nobody is not None)
    return least(made) if no_choice else None


async def _guardians(
    visit: Visit, record: RegistryRecord, consenting: Consenting, rules: Rules
) -> tuple[Guardian, ...]:
    """Who can agree for a person, or with them, who does not decide alone."""
    if consenting is Consenting.ALONE:
        return ()
    async with visit.provider.db.reading() as unit:
        return await who_can_act(unit, visit.provider.vault, named_guardians(record), rules)


async def _link(
    visit: Visit, person: RegistryRecord, child_id: str | None, rules: Rules, acts: Acts
) -> LinkAsked | None:
    """What is known of the account that is to be linked, if one is, and whether there is a place for one more."""
    if not acts.link:
        return None
    client = visit.client
    async with visit.provider.db.reading() as unit:
        full = await limit_reached(unit, client.client_id, child_id or person.person_id, rules, client.account_limit)
    years = rules[Threshold.GUARDIAN_UNTIL_AGE]
    return LinkAsked(visit.interaction.request.account_label, person.full_name, years, full)


def _seen(
    person: PersonFacts,
    items: tuple[Item, ...],
    values: Values,
    consenting: Consenting,
    link: LinkAsked | None,
    details: Details,
) -> str:
    """What the form speaks of. Since the page was shown another person may have signed in, a purpose may have changed,
    or a value: at midnight a person may be a year older; or the client may have these details no more. Account and
    child are the request's, and stay."""
    asked = [f"{item.name} {item.purpose} {item.version} {item.required} {item.in_full}" for item in items]
    # When an account is proved is when the person answers.
    lasting = {name: value for name, value in values.items() if name != "binding_verified_at"}
    shown = orjson.dumps(lasting, option=orjson.OPT_SORT_KEYS).decode()
    hindered = "" if link is None else f"{link.full}"
    confirms = f"{link is not None} {hindered} {digest_of(details)}"
    return digest("\n".join([person.person_id, consenting, *asked, shown, confirms]))


def _words(visit: Visit, shown: Screen) -> str:
    """What the page says, in its language and in whose name: what a receipt proves, and it is made from the answer."""
    party = visit.party
    return digest("\n".join([party.name, f"{party.domain}", f"{party.host}", text_shown(shown)]))


def _page(request: Request, asked: _Asked, draft: Draft) -> Response:
    return render(
        request,
        "interaction/consent.html",
        draft.status,
        visit=asked.visit,
        party=asked.visit.party,
        screen=asked.screen,
        seen=asked.seen,
        shown_at=draft.form["shown_at"] or asked.visit.situation.now,
        words=asked.words,
        changed=draft.note == _CHANGED,
        form=draft.form,
        keeps=" ".join(["seen", "shown_at", *(line.key for line in asked.screen.lines)]),
        errors=draft.errors,
    )


doors = [
    Door.page("/consent/{interaction}", show),
    Door.page("/consent/{interaction}", answer, "POST"),
]
