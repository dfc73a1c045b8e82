"""`/me/children/{approval}`: one request of a child, as the child saw it; a parent or guardian agrees or refuses."""

from dataclasses import dataclass, replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.consent import approvals
from vneid_idp.consent.approvals import Approval, ApprovalOver
from vneid_idp.consent.service import Shown
from vneid_idp.identity import accounts, persons
from vneid_idp.identity import profile as profiles
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import Consenting, who_consents
from vneid_idp.kernel.secrets import digest
from vneid_idp.policy.rules import Rules
from vneid_idp.portal.access import Holder, find_clients, for_holder
from vneid_idp.portal.family import children_of
from vneid_idp.portal.guardian import ask_for_level
from vneid_idp.protocol.claims import SIGN_IN, items_of
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.permitted import still_asked
from vneid_idp.protocol.targets import is_at_server
from vneid_idp.protocol.uris import shown_host
from vneid_idp.storage.unit import Reading
from vneid_idp.use_cases.consent_for_child import agree_for_child, refuse_for_child
from vneid_idp.web.account_claims import account_claims
from vneid_idp.web.child_consent import for_guardian
from vneid_idp.web.consent_view import Screen, screen, values_needed
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.i18n import gettext, locale_of
from vneid_idp.web.logos import logo_path
from vneid_idp.web.receipt_text import text_shown
from vneid_idp.web.resource_servers import servers_of
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page asks, and whom."""

    holder: Holder
    approval: Approval
    client: Client
    screen: Screen
    rules: Rules

    @property
    def text(self) -> str:
        """What the page says: the parent's or guardian's part of the receipt."""
        return text_shown(self.screen)

    @property
    def seen(self) -> str:
        """What the form brings back: whom the page asked, since somebody else may have signed in, and for what."""
        return digest("\n".join([self.holder.person_id, self.text]))


async def show(request: Request, holder: Holder) -> Response:
    """The request. Raises `ApprovalOver`."""
    return ask_for_level(request, holder) or _page(request, await _asked(request, holder))


async def answer(request: Request, holder: Holder) -> Response:
    """Agree or refuse, in one act."""
    form = await read_form(request)
    missing = ask_for_level(request, holder)
    if missing is not None:
        return missing
    asked = await _asked(request, holder)
    provider, approval, rules = holder.provider, asked.approval, asked.rules
    agrees = form.one_of("answer", "agree", "refuse") == "agree"
    if form["seen"] != asked.seen:
        return _page(request, asked, changed=True)
    child = await persons.ask(provider.db, provider.registry, approval.person_id)
    if child is None:
        raise ApprovalOver
    person_id, session_id, shown = holder.person_id, holder.session.session_id, Shown(asked.text, locale_of(request))
    if agrees:
        await provider.db.transact(
            lambda unit: agree_for_child(unit, person_id, session_id, child, approval, shown, rules)
        )
    else:
        await provider.db.transact(lambda unit: refuse_for_child(unit, person_id, session_id, child, approval, rules))
    return see_other(f"/me/children?done={'agreed' if agrees else 'refused'}")


async def _asked(request: Request, holder: Holder) -> _Asked:
    provider, children = holder.provider, await children_of(holder)
    policy = await provider.current_policy()
    async with provider.db.reading() as unit:
        approval = await _find(unit, request.path_params["approval"], [child.person_id for child in children])
        clients = await find_clients(unit, {approval.client_id})
        found = await accounts.find_with_profile(unit, provider.vault, approval.person_id)
        now = unit.now
    client = clients.get(approval.client_id)
    if client is None or found is None or not still_asked(client, approval.decisions):
        raise ApprovalOver
    account, profile = found
    elsewhere = tuple(filter(is_at_server, approval.decisions))
    asked = items_of(
        client, approval.scope, approval.claims, sign_in=SIGN_IN in approval.decisions, elsewhere=elsewhere
    )
    items = tuple(item for item in asked if item.name in approval.decisions)
    say, rules, names = partial(gettext, request), policy.at(now), values_needed(items, now)
    # What the child's sign-in proved is told, as the child's own page showed it, and not what the account may reach.
    proven = account if approval.proved_level is None else replace(account, level=approval.proved_level)
    values = profiles.claims(names, profile, proven, provider.issuer)
    values |= account_claims(names, approval.person_id, profile.record, proven.level, rules, now)
    servers = await servers_of(provider, elsewhere)
    made = screen(client, items, items, {}, values, {}, locale_of(request), say, servers=servers)
    both = who_consents(age(profile.record.birth_date, now), rules) is Consenting.WITH_GUARDIAN
    name = profile.record.full_name
    asks = for_guardian(made, approval.decisions, client, name, asked=both, say=say)
    return _Asked(holder, approval, client, asks, rules)


async def _find(unit: Reading, approval_id: str, child_ids: list[str]) -> Approval:
    for child_id in child_ids:
        found = await approvals.find(unit, child_id, approval_id)
        if found is not None and found.is_open(unit.now):
            return found
    raise ApprovalOver


def _page(request: Request, asked: _Asked, *, changed: bool = False) -> Response:
    client, goes_to = asked.client, asked.approval.redirect_uri
    return render(
        request,
        "portal/child_request.html",
        409 if changed else 200,
        approval=asked.approval,
        name=client.client_name,
        domain=client.verified_home if goes_to is None else client.verified_domain_of(goes_to),
        host=client.home if goes_to is None else shown_host(goes_to),
        logo=logo_path(client),
        screen=asked.screen,
        who=asked.holder.profile.record.full_name,
        seen=asked.seen,
        changed=changed,
    )


doors = [
    Door.page("/me/children/{approval}", for_holder(show)),
    Door.page("/me/children/{approval}", for_holder(answer), "POST"),
]
