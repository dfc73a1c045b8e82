"""What the sandbox puts beside the pages of a sign-in, so that nobody leaves the request to find a person or a code."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.ages import age
from vneid_idp.kernel.clock import HOUR, local_date, midnight
from vneid_idp.kernel.languages import in_language
from vneid_idp.sandbox.country.persona_list import SKETCHES, personas
from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD, persona_id
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie
from vneid_idp.web.i18n import locale_of
from vneid_idp.web.make_believe import Cast, Figure, MakeBelieve, Prefill, TextMessage
from vneid_idp.web.responses import see_other

_SLUGS = {sketch.slug: sketch for sketch in SKETCHES}
_FIRST = ("complete", "plain", "guardian", "fifteen", "level-1", "no-phone")
_FIRST_AT = {"/office": ("clerk", "officer"), "/console": ("operator",)}
"""Who can do something at pages for colleagues."""


class Stage(MakeBelieve):
    """See `MakeBelieve`."""

    async def prefill(self, request: Request) -> Prefill | None:
        """See `MakeBelieve`. Who is chosen in place stays chosen in this browser."""
        slug = _chosen(request)
        if slug is None:
            return None
        if in_place := slug == request.query_params.get("as"):
            _remember(request, slug)
        # Their number hangs on the day of seeding, so it is read and not computed.
        record = await idp(request).registry.find(persona_id(slug))
        if record is None:
            return None
        return Prefill(record.personal_number, PASSWORD, PASSCODE if _SLUGS[slug].passcode else None, in_place)

    def forget(self, request: Request) -> None:
        """See `MakeBelieve`."""
        forget_cookie(request, Cookie.PERSONA)

    def cast(self, request: Request, home: str | None) -> Cast:
        """See `MakeBelieve`."""
        everybody = _figures(local_date(idp(request).clock.now()), locale_of(request))
        wanted = next((who for page, who in _FIRST_AT.items() if (home or "").startswith(page)), _FIRST)
        first = tuple(everybody[slug] for slug in wanted)
        others = tuple(figure for slug, figure in everybody.items() if slug not in wanted)
        return Cast(first, others, everybody.get(_chosen(request) or ""))

    async def messages(self, request: Request, phone: str) -> Sequence[TextMessage]:
        """See `MakeBelieve`."""
        provider = idp(request)
        async with provider.db.glance() as unit:
            found = await latest_messages(unit, provider.keys.sealer)
        return [message for message in found if message.phone == phone]


async def choose(request: Request) -> Response:
    """`GET /sandbox/as/{slug}`: remember the person in this browser, and show the sign-in form of the own pages."""
    if (slug := request.path_params["slug"]) in _SLUGS:
        _remember(request, slug)
    return see_other("/me")


def _chosen(request: Request) -> str | None:
    for slug in (request.query_params.get("as"), read_cookie(request, Cookie.PERSONA)):
        if slug in _SLUGS:
            return slug
    return None


def _remember(request: Request, slug: str) -> None:
    keep_cookie(request, Cookie.PERSONA, slug, 12 * HOUR)


@lru_cache(maxsize=4)
def _figures(today: date, locale: str) -> dict[str, Figure]:
    """Everybody by slug, as old as they are on that day."""
    now = midnight(today)
    return {
        persona.slug: Figure(
            persona.slug,
            persona.record.full_name,
            age(persona.record.birth_date, now),
            persona.level,
            in_language(persona.description, locale),
        )
        for persona in personas(now)
    }
