"""One click on a person fills the sign-in form, whoever asks for the sign-in."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import HOUR
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import PASSWORD, persona_id
from vneid_idp.web.context import Prefill, idp
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie
from vneid_idp.web.responses import see_other


async def choose(request: Request) -> Response:
    """`GET /sandbox/as/{slug}`: remember the person in this browser, and show the sign-in form."""
    slug = request.path_params["slug"]
    if any(persona.slug == slug for persona in personas(idp(request).clock.now())):
        keep_cookie(request, Cookie.PERSONA, slug, 12 * HOUR)
    return see_other("/me")


async def prefill(request: Request) -> Prefill | None:
    """What to write into the sign-in form for the person whom this browser chose. Nothing of it stands in a URL."""
    slug = read_cookie(request, Cookie.PERSONA)
    if slug is None:
        return None
    record = await idp(request).registry.find(persona_id(slug))
    return None if record is None else Prefill(record.personal_number, PASSWORD)
