"""A grant for a person whom a client names by their phone number, under a consent that stands (RFC 7523 §2.1).

Nothing is done to a person without a page that asked: here that is the one at which they agreed, before, that this
client is told for this purpose what it asks now, and their phone number. Who never agreed to the number would else be
found by trying all of them; with an operator token nothing is tried, since the carrier gives it to the device alone.
Everybody of whom nothing may be told is one and the same: nobody of this number, no consent, another purpose, a locked
account. All take the same statements.
"""

from vneid_idp.clients.service import grant_assertion_once, use_up
from vneid_idp.consent import service as consents
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import Grant
from vneid_idp.identity.lookup import find_holder
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Origin
from vneid_idp.protocol.camara import asks_of_swaps
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidGrant
from vneid_idp.protocol.grant_types.request import OpenAsserted
from vneid_idp.protocol.jose import BadToken
from vneid_idp.protocol.permitted import applying, counting, permitted
from vneid_idp.provider.granted import Granted
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.operator_tokens import use_operator_token
from vneid_idp.web.context import Idp

LEVEL = 1
"""The level of such a grant: nobody has signed in for it."""


async def open_asserted(provider: Idp, client: Client, wanted: OpenAsserted) -> tuple[Granted, Instant]:
    """Open the grant. Raises `InvalidGrant`."""
    try:
        await provider.client_keys.check_signature(client, wanted.assertion, wanted.alg)
    except BadToken as error:
        raise InvalidGrant(f"assertion {error}.", about="assertion") from None

    once = grant_assertion_once(wanted.jti, wanted.expires_at)

    async def work(unit: Unit) -> tuple[bool, Grant | None, Instant]:
        if await use_up(unit, client.client_id, once):
            return False, None, unit.now
        # The same statements for everybody: no person and no consent has the id "", so none of them finds anything.
        person_id = await _person(unit, provider, wanted)
        consent = await consents.find_current(unit, person_id, client.client_id)
        asked = _asked(client, wanted, person_id)
        agreed = consent is not None and is_agreed(client, asked, consent.decisions)
        ground = AuthorisationGround(consent.consent_id if consent is not None and agreed else "")
        asked = altered(asked, ground=ground)
        return True, await grants.open_grant(unit, new_id("grt"), asked, refreshable=False), unit.now

    is_new, grant, now = await provider.db.transact(work)
    if not is_new:
        raise InvalidGrant("assertion was used before: its jti must be new each time.", about="assertion")
    if grant is None:
        raise InvalidGrant(
            "Nobody of this number has agreed that this client is told all of this for this purpose.", about="assertion"
        )
    return Granted(permitted(client, grant.authorisation, grant.decided), grant.grant_id), now


async def _person(unit: Unit, provider: Idp, wanted: OpenAsserted) -> str:
    if isinstance(wanted.named, str):
        # Which statement it is goes by what is asked, and not by whom it names.
        return await find_holder(unit, provider.keys.blind, wanted.named, swapped=asks_of_swaps(wanted.scope)) or ""
    number = await use_operator_token(unit, wanted.named)
    return "" if number is None else number.person_id


def _asked(client: Client, wanted: OpenAsserted, person_id: str) -> Authorisation:
    return Authorisation(
        client.client_id,
        person_id,
        wanted.scope,
        Origin.ASSERTION,
        level=LEVEL,
        bound_to=wanted.bound_to,
        purpose=wanted.purpose,
        # The number names them, by whichever of the two.
        by_message=True,
        device_number=None if isinstance(wanted.named, str) else wanted.named.number,
    )


def is_agreed(client: Client, asked: Authorisation, decided: Decisions) -> bool:
    """Whether a person with these answers agreed to all that is `asked`, for its purpose, and to telling `client` the
    phone number by which it asks. Who shows what the carrier says of a device names no number. Pure."""
    number = counting(client, decided).get("phone_number")
    answers = applying(client, client, asked, decided)
    return (
        (asked.device_number is not None or (number is not None and number.given))
        and any(answer.gives for answer in answers.values())
        and permitted(client, asked, decided).scope == asked.scope
    )
