"""Somebody proved to be there, or failed to: sign them in with this browser, unless the account cannot be used."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.factors.devices import read_user_agent
from vneid_idp.identity.factors.proofs import SignInProof
from vneid_idp.interaction.service import InteractionOver
from vneid_idp.interaction.signin_place import Place
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.sign_in import SignedIn, fail_sign_in, sign_in
from vneid_idp.web.drafts import again
from vneid_idp.web.forms import Form
from vneid_idp.web.request_headers import header
from vneid_idp.web.return_to import arrived_back
from vneid_idp.web.session import BrowserSession, keep_session


async def arrive(
    request: Request,
    place: Place,
    person_id: str,
    proof: SignInProof,
    use_up: Callable[[Unit], Awaitable[None]] | None = None,
) -> AccountStanding:
    """As `sign_in_here`; how the account stands."""
    return (await sign_in_here(request, place, person_id, proof, use_up)).standing


async def sign_in_here(
    request: Request,
    place: Place,
    person_id: str,
    proof: SignInProof,
    use_up: Callable[[Unit], Awaitable[None]] | None = None,
) -> SignedIn:
    """Sign the person in with this browser, and let it carry the session. What the proof came with is used up in the
    unit that opens the session. Raises `ProofOutdated`, `InteractionOver`, and what `use_up` raises."""
    provider = place.provider
    record, policy = await provider.registry.find(person_id), await provider.current_policy()
    client_id = place.visit.client.client_id if place.visit else None
    device = read_user_agent(header(request, b"user-agent", ""))

    async def work(unit: Unit) -> SignedIn:
        found = await sign_in(
            unit,
            provider.vault,
            provider.keys.blind,
            record,
            policy,
            proof,
            before=place.session,
            client_id=client_id,
            device=device,
        )
        if use_up is not None and found.session is not None:
            await use_up(unit)
        return found

    signed_in = await provider.db.transact(work)
    await provider.dispatcher.attempt(signed_in.deliveries)
    session = signed_in.session
    if session is not None:
        named = BrowserSession(session.person_id, session.session_id, session.generation)
        keep_session(request, provider.keys.sealer, named)
        if place.visit is None:
            arrived_back(request)
    elif signed_in.standing is AccountStanding.USABLE:
        # A code alone signs nobody in; the session that it was to strengthen has ended meanwhile.
        raise InteractionOver
    return signed_in


async def record_failure(place: Place, person_id: str | None, method: str, *, locked_out: bool) -> None:
    """Put on record that a proof that was shown at this place was wrong."""
    client_id = place.tried().client
    await place.provider.db.transact(
        lambda unit: fail_sign_in(unit, person_id, method, client_id=client_id, locked_out=locked_out)
    )


def unusable(request: Request, place: Place, standing: AccountStanding) -> Response:
    """Why the account cannot be used: told to nobody but its holder, after the right factors."""
    return again(request, place.path, Form([]), (), note=standing.value, status=403)
