"""Who asks, as it stands on top of a page of the app; and to what the answer of the phone's lock is bound."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.identity.factors.passkeys import PasskeyRefused
from vneid_idp.kernel.secrets import digest
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_on_phone import Unlocking
from vneid_idp.web.context import Idp
from vneid_idp.web.cookies import browser_id
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.limits import Secret, Tried
from vneid_idp.web.logos import logo_path
from vneid_idp.web.passkeys import give_options, read_passkey, site_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asking:
    """A service that asks."""

    name: str
    domain: str | None
    """A domain that the service has shown to control, and that its answers go to."""
    logo: str | None


async def asking(provider: Idp, client_id: str | None) -> Asking | None:
    """The service with this id; nothing where the provider itself asks, for its own pages."""
    if client_id is None:
        return None
    client = await provider.clients.get(client_id)
    return Asking(client.client_name, client.verified_home, logo_path(client))


def _context_of(request: Request, phone: EnrolledPhone, about: str) -> str:
    """Binds a challenge to this phone, this browser and what it is about: of no use for anything else."""
    return f"{phone.phone_id}.{about}.{digest(browser_id(request))}"


async def act_unlocked(
    request: Request, provider: Idp, phone: EnrolledPhone, about: str, work: Callable[[Unit, Unlocking], Awaitable[T]]
) -> T:
    """Do `work` in a unit, with what the lock of this phone answered for what it is about. Raises what `work` does; of
    that `PasskeyRefused` is counted, and `TooManyAttempts` for who was refused too often."""
    check_csrf(request, {})
    body, tried = await read_passkey(request), Tried(browser=phone.phone_id)
    unlocking = Unlocking(_context_of(request, phone, about), body["sealed"], body["answer"])
    await provider.limits.admit(Secret.PASSKEY, tried)
    try:
        return await provider.db.transact(lambda unit: work(unit, unlocking))
    except PasskeyRefused:
        await provider.limits.failed(Secret.PASSKEY, tried)
        raise


async def unlock_options(request: Request, provider: Idp, phone: EnrolledPhone, about: str) -> Response:
    """What the script needs to have this phone unlocked, by its own passkey, for what it is about."""
    check_csrf(request, {})
    async with provider.db.reading() as unit:
        made = await passkeys.authentication_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            context=_context_of(request, phone, about),
            person_id=phone.person_id,
            credential_id=phone.credential_id,
        )
    return give_options(made)
