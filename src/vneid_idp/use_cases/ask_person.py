"""A client has a person asked in the app (CIBA Core §7), who may be nobody: that shows in nothing it is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vneid_idp.clients.service import Once, use_up, was_used
from vneid_idp.cross_device import service as cross_device
from vneid_idp.cross_device.opening import Opened, open_backchannel_request
from vneid_idp.grants.participants import people_of_client
from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, same
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.subjects import subject
from vneid_idp.storage.unit import Reading, Unit
from vneid_idp.use_cases.notify_phones import notify_phones

_PORTION = 2_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How the request is kept: for how long, how often it may be polled, and what is shown and told beside it."""

    life: Instant
    interval: Instant
    binding_message: str | None
    declared_place: str | None
    with_number: bool
    notification_token: str | None


async def person_of_phone(unit: Reading, blind: BlindIndex, phone: str) -> Account | None:
    """The account whose holder signs in with this number (E.164)."""
    return await accounts.find_by_name(unit, blind, phone)


async def person_of_subject(
    unit: Reading, client: Client, sub: str, key: bytes, spend: Callable[[], Awaitable[None]]
) -> Account | None:
    """The account of whom a client knows as `sub`. There is no way back from it: those are looked through of whom the
    client has been told, in portions, each of which is paid for by `spend`. Raises what that raises."""
    after = ""
    while found := await people_of_client(unit, client.client_id, after, _PORTION):
        await spend()
        for person_id in found:
            if same(subject(client, person_id, key), sub):
                return await accounts.find(unit, person_id)
        after = found[-1]
    return None


async def check_unused(unit: Reading, client_id: str, once: Once) -> None:
    """Require that a signed request has not asked yet, before it costs its client and the person some of what they may
    be asked; `ask_person` uses it up. Raises `InvalidRequest`."""
    if await was_used(unit, client_id, once):
        raise _used_before()


async def ask_person(
    unit: Unit,
    sealer: Sealer,
    asked: AuthorizationRequest,
    account: Account | None,
    terms: Terms,
    once: Once | None,
) -> Opened:
    """Open a request that waits for the holder of `account` in the app. Raises `InvalidRequest` where `once` was used
    before: each signed request asks one time.

    Nobody is asked whose account has level 1 or cannot be used, nor who said of late that a request of this client was
    not theirs: the request stands all the same until its time is over, as one that an unwilling person leaves alone. So
    as many statements are run for nobody, and none writes what outlasts the request: `settle_polled` puts it on record.
    """
    if once is not None and await use_up(unit, asked.client_id, once):
        raise _used_before()
    person_id = account.person_id if account is not None and _can_answer(account, unit.now) else None
    if await cross_device.is_disowned(unit, person_id or "", asked.client_id):
        person_id = None
    opened = await open_backchannel_request(
        unit,
        sealer,
        asked,
        person_id,
        life=terms.life,
        interval=terms.interval,
        binding_message=terms.binding_message,
        declared_place=terms.declared_place,
        with_number=terms.with_number,
        notification_token=terms.notification_token,
    )
    await notify_phones(unit, sealer, person_id, opened.polled.expires_at)
    return opened


def _used_before() -> InvalidRequest:
    return InvalidRequest("The request object was used before: its jti must be new each time.", about="jti")


def _can_answer(account: Account, now: Instant) -> bool:
    return account.level >= 2 and account_standing(account, None, now) is AccountStanding.USABLE
