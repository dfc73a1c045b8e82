"""`POST /language`: the page in hand in another language, with what was entered there.

The switch on a page with a form is a button of that form, so it works without scripts. On all others it is a link.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.languages import LANGUAGES
from vneid_idp.web.doors import Door
from vneid_idp.web.drafts import again, read_draft
from vneid_idp.web.forms import UnknownAnswer, read_form
from vneid_idp.web.i18n import locale_of

OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_+~-][A-Za-z0-9._+~-]*(?:/[A-Za-z0-9_+~-][A-Za-z0-9._+~-]*)*)?")
"""A path of ours, and never an address elsewhere (`//host`)."""


async def switch(request: Request) -> Response:
    """Keep the choice (`?lang=`) and what was entered in the fields named by `?keep=`; back to `?page=`."""
    form = await read_form(request)
    place, language = request.query_params.get("page", ""), request.query_params.get("lang")
    if OWN_PATH.fullmatch(place) is None or language not in LANGUAGES:
        raise UnknownAnswer
    locale_of(request)  # keeps the choice
    keeps = request.query_params.get("keep", "").split()
    return again(request, place, form, keeps, note=read_draft(request, place).note)


doors = [Door.page("/language", switch, "POST")]
