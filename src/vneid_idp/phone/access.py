"""Whose phone a browser is: what every page of the app does first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.cross_device.service import RequestOver
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.factors import enrolled_phones
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone, is_seen_lately
from vneid_idp.identity.profile import Profile
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.phone.pages import page as render_page
from vneid_idp.use_cases.answer_on_phone import AnswerOver, PhoneNotEnrolled, find_answering
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie
from vneid_idp.web.responses import see_other

HOME = "/phone"
ENROL = "/phone/enrol"
DISOWNED = "disowned"
"""What is said at `HOME` of a service's request that the holder had not begun: the service is not heard for a day."""
_LIFE: Instant = 400 * DAY
"""As long as browsers keep a cookie (RFC 6265bis §5.5); it is renewed while the phone is in use."""


@dataclass(frozen=True, slots=True)
class Handset:
    """A browser that is somebody's enrolled phone."""

    provider: Idp
    phone: EnrolledPhone
    account: Account
    profile: Profile
    now: Instant

    @property
    def person_id(self) -> str:
        """Whose phone it is."""
        return self.phone.person_id


Page = Callable[[Request], Awaitable[Response]]
HandsetPage = Callable[[Request, Handset], Awaitable[Response]]


async def find_handset(request: Request) -> Handset | None:
    """Whose phone this browser is, if it still is anybody's. Raises `AccountAtRest`."""
    provider = idp(request)
    named = _read(request, provider)
    if named is None:
        return None
    async with provider.db.reading() as unit:
        found = await find_answering(unit, provider.vault, *named)
        now = unit.now
    if found is None:
        forget_cookie(request, Cookie.PHONE)
        return None
    phone = found.phone
    if not is_seen_lately(phone, now):
        await provider.db.transact(lambda unit: enrolled_phones.see(unit, phone), durable=False)
        keep_phone(request, provider, phone)
    return Handset(provider, phone, found.account, found.profile, now)


def for_handset(page: HandsetPage) -> Page:
    """The page for somebody's enrolled phone; every other browser is led to where it can become one. What was over when
    its answer came is told as where it is looked at."""

    async def guarded(request: Request) -> Response:
        handset = await find_handset(request)
        if handset is None:
            return see_other(HOME)
        try:
            return await page(request, handset)
        except (AnswerOver, RequestOver):
            return render_page(request, "over", AnswerOver.status, handset=handset)

    return guarded


def for_handset_script(page: HandsetPage) -> Page:
    """The same for what the script of a page asks. Raises `PhoneNotEnrolled`."""

    async def guarded(request: Request) -> Response:
        handset = await find_handset(request)
        if handset is None:
            raise PhoneNotEnrolled
        return await page(request, handset)

    return guarded


def keep_phone(request: Request, provider: Idp, phone: EnrolledPhone) -> None:
    """Let this browser be that phone."""
    named = provider.keys.sealer.seal_json(SealPurpose.PHONE, [phone.person_id, phone.phone_id])
    keep_cookie(request, Cookie.PHONE, named, _LIFE)


def _read(request: Request, provider: Idp) -> tuple[str, str] | None:
    value = read_cookie(request, Cookie.PHONE)
    if value is None:
        return None
    try:
        person_id, phone_id = provider.keys.sealer.open_json(SealPurpose.PHONE, value)
    except NotSealedHere:
        return None
    return person_id, phone_id
