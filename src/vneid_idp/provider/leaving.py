"""The way out to a relying party: a redirect, or after a form of ours a page that goes there by itself."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.web.request_headers import header
from vneid_idp.web.responses import NO_STORE
from vneid_idp.web.templates import render


@dataclass(frozen=True, slots=True)
class Ending:
    """How the request of a service ended: what the page says on the way back there."""

    service: str
    done: bool
    """Whether the service gets what it came for, and not an error."""


def leave(request: Request, location: str, *, after_form: bool, ending: Ending | None = None) -> Response:
    """Send the browser to `location`.

    Chromium holds `form-action` of the page with the form against every redirect after it, those that the relying party
    adds included: behind a broker, or where callback and front end are two origins, the button would do nothing. So a
    form (`after_form`) ends at a page of ours, which says how the request ended, and a navigation of its own leads from
    there, at once: who reads it waits for the service only. Programs, which know no such policy and follow no page, are
    redirected as ever; they are told by not asking for HTML.
    """
    if after_form and "text/html" in header(request, b"accept", ""):
        return render(request, "provider/leaving.html", location=location, ending=ending)
    # 303 in every case: with 307 or 308 a browser would post a person's form on to the relying party (RFC 9700 §4.12).
    return Response(status_code=303, headers=NO_STORE | {"Location": location})
