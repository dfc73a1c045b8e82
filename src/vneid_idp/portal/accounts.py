"""`/me/accounts`: accounts at social networks that belong to me, or to a child of mine; release one."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import SocialAccount, next_binding_step
from vneid_idp.identity import persons
from vneid_idp.identity.ages import age
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.portal.access import Holder, find_clients, for_holder, read_before
from vneid_idp.portal.linked import Seen, read_page
from vneid_idp.protocol.client import Client
from vneid_idp.use_cases.release_binding import release_for_person
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import read_form
from vneid_idp.web.responses import see_other
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Linked:
    """A binding as the page shows it."""

    binding: SocialAccount
    network: str
    child: str | None
    """The name of the child whose account it is, under the supervision of whoever reads."""
    needs_own_proof: bool

    @property
    def live(self) -> bool:
        """Whether the binding holds the account."""
        return self.binding.state in SOCIAL_ACCOUNT.lifecycle.live

    @property
    def since(self) -> int:
        """When the account was last proved."""
        return self.binding.facts.verified_at

    @property
    def ended_at(self) -> int | None:
        """When it was released or revoked."""
        return self.binding.facts.revoked_at or self.binding.facts.released_at


async def show(request: Request, holder: Holder) -> Response:
    """The page."""
    before = read_before(request, "bind")
    policy = await holder.provider.current_policy()
    page = await read_page(holder, before)
    async with holder.provider.db.reading() as unit:
        clients = await find_clients(unit, {seen.binding.client_id for seen in page.seen})
        now = unit.now
    rules = policy.at(now)
    linked = [_linked(holder, seen, clients, rules, now) for seen in page.seen]
    return render(
        request,
        "portal/accounts.html",
        current=[each for each in linked if each.live],
        ended=[each for each in linked if not each.live],
        own_from=rules[Threshold.GUARDIAN_UNTIL_AGE],
        suspended=BindingState.SUSPENDED,
        revoked=BindingState.REVOKED,
        older=f"?before={page.last}" if page.last is not None else None,
        newest="/me/accounts" if before else None,
        released="released" in request.query_params,
    )


def _linked(holder: Holder, seen: Seen, clients: dict[str, Client], rules: Rules, now: Instant) -> Linked:
    """The binding as shown."""
    binding, child = seen.binding, seen.child
    client = clients.get(binding.client_id)
    network = client.client_name if client else binding.client_id
    if child is not None:
        return Linked(binding, network, child.full_name, needs_own_proof=False)
    years = age(holder.profile.record.birth_date, now)
    return Linked(binding, network, None, next_binding_step(binding, years, rules) is not None)


async def release(request: Request, holder: Holder) -> Response:
    """Release a binding: the network's account belongs to nobody from this moment."""
    form = await read_form(request)
    provider = holder.provider
    policy = await provider.current_policy()
    async with provider.db.reading() as reading:
        found = await bindings.find_for_person(reading, holder.person_id, form["binding"])
    child = None
    if found is not None and found.person_id is not None and found.person_id != holder.person_id:
        child = await persons.ask(provider.db, provider.registry, found.person_id)
    await provider.db.transact(
        lambda unit: release_for_person(
            unit, holder.person_id, holder.session.session_id, form["binding"], child, policy
        )
    )
    return see_other("/me/accounts?released")


doors = [
    Door.page("/me/accounts", for_holder(show)),
    Door.page("/me/accounts/release", for_holder(release), "POST"),
]
