"""A request that is answered on another device is opened: by a device without a browser, or for a person in the app."""

from dataclasses import dataclass, replace

from vneid_idp.cross_device import store
from vneid_idp.cross_device.rules import USER_CODE_LENGTH, USER_CODE_LETTERS, digest_of_code
from vneid_idp.cross_device.service import Notification, PolledRequest
from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.kernel.secrets import BlindIndex, digest, new_id, new_letters, new_secret
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.number_matching import among_others
from vneid_idp.protocol.polled import Polled, PolledKind
from vneid_idp.storage.unit import Unit

DEVICE_LIFE: Instant = 10 * MINUTE
"""How long a code can be typed and answered for."""
DEVICE_INTERVAL: Instant = 5 * SECOND


@dataclass(frozen=True, slots=True)
class Opened:
    """A polled request that was just opened, and the secrets of which only digests are kept."""

    polled: PolledRequest
    handle: str
    """What the client polls with: `device_code` or `auth_req_id`."""
    user_code: str | None
    number: str | None
    """What the client shows to the person, who picks it in the app."""


async def open_device_request(
    unit: Unit, sealer: Sealer, blind: BlindIndex, asked: AuthorizationRequest, asked_from: str | None
) -> Opened:
    """Open a request that is answered by whoever types its code (RFC 8628 §3.2). `asked_from`: the network address of
    the device, which is shown to them."""
    request_id, code = new_id("prq"), new_letters(USER_CODE_LETTERS, USER_CODE_LENGTH)
    polled = Polled(request_id, PolledKind.DEVICE, unit.now + DEVICE_LIFE)
    made = _new(unit, replace(asked, polled=polled), asked_from=asked_from)
    return await _add(unit, sealer, made, DEVICE_INTERVAL, code=code, code_digest=digest_of_code(blind, code))


async def open_backchannel_request(
    unit: Unit,
    sealer: Sealer,
    asked: AuthorizationRequest,
    person_id: str | None,
    *,
    life: Instant,
    interval: Instant,
    binding_message: str | None,
    declared_place: str | None,
    with_number: bool,
    notification_token: str | None,
) -> Opened:
    """Open a request that is answered by `person_id` in the app (CIBA Core §7.3), or by nobody, which shows in nothing
    that the client is told. `with_number`: the person has to pick the number that the client shows.
    """
    until = unit.now + life
    polled = Polled(new_id("prq"), PolledKind.BACKCHANNEL, until, person_id, binding_message, declared_place)
    number, numbers = among_others(lambda: new_letters("123456789", 2)) if with_number else (None, ())
    made = replace(_new(unit, replace(asked, polled=polled)), numbers=numbers)
    return await _add(unit, sealer, made, interval, number=number, token=notification_token)


def _new(unit: Unit, request: AuthorizationRequest, asked_from: str | None = None) -> PolledRequest:
    polled = request.polled
    assert polled is not None
    return PolledRequest(
        request_id=polled.request_id,
        kind=polled.kind,
        client_id=request.client_id,
        person_id=polled.person_id,
        request=request,
        opened_at=unit.now,
        expires_at=polled.until,
        asked_from=asked_from,
        numbers=(),
        is_picked=False,
        phone_id=None,
        notification=None,
    )


async def _add(
    unit: Unit,
    sealer: Sealer,
    made: PolledRequest,
    interval: Instant,
    *,
    code: str | None = None,
    code_digest: str | None = None,
    number: str | None = None,
    token: str | None = None,
) -> Opened:
    handle, told = new_secret(), None
    if token is not None:
        made, told = replace(made, notification=Notification(token, handle)), [token, handle]
    await unit.execute(
        store.ADD,
        request_id=made.request_id,
        kind=made.kind,
        client_id=made.client_id,
        handle=digest(handle),
        user_code=code_digest,
        person_id=made.person_id,
        sealed=sealer.seal_json(SealPurpose.POLLED_REQUEST, [made.request.to_json(), made.asked_from, told]),
        opened_at=made.opened_at,
        expires_at=made.expires_at,
        interval=interval,
        polls_from=made.opened_at,
        slowed_at=None,
        number=number,
        numbers=" ".join(made.numbers) or None,
        picked_at=None,
        phone_id=None,
        on_record=None,
        answered_at=None,
        outcome=None,
        grant_id=None,
        authorisation=None,
        by_message=None,
    )
    return Opened(made, handle, code, number)
