"""Cross-site request forgery: a form counts only if a page of ours gave it to this browser.

A double-submit token: the form carries the browser's random number sealed for this purpose, the cookie carries the
number. A foreign site can make the browser send the cookie but can neither read it nor seal it. Sealing differs each
time, so the token is also of no use to attacks on compression (BREACH).
"""

from collections.abc import Mapping

from markupsafe import Markup
from starlette.requests import Request

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import same
from vneid_idp.web.cookies import Cookie, browser_id, read_cookie
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.request_headers import header

FIELD = "csrf_token"
HEADER = b"x-csrf-token"


class ForgedForm(DomainError):
    """The form did not come from a page that we gave to this browser, or that page is too old."""

    code = "form_not_valid"
    status = 403
    title = "The form was not issued to this browser, or its token is missing or no longer valid."


def csrf_token(request: Request) -> str:
    """A token for a form, or for the header `X-CSRF-Token` of a script's request."""
    exchange_of(request).forms = True
    sealer: Sealer = request.app.state.idp.keys.sealer
    return sealer.seal(SealPurpose.CSRF, browser_id(request).encode())


def csrf_field(request: Request) -> Markup:
    """The hidden field of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(request))


def check_csrf(request: Request, form: Mapping[str, str]) -> None:
    """Raise `ForgedForm` unless the token belongs to the browser that sends it.

    `Sec-Fetch-Site` is a second opinion where the browser gives one. `Origin` is not asked: under
    `Referrer-Policy: no-referrer` browsers send `null` for our own forms too (Fetch §3.1).
    """
    if header(request, b"sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedForm
    token = form.get(FIELD) or header(request, HEADER, "")
    sealer: Sealer = request.app.state.idp.keys.sealer
    try:
        expected = sealer.open(SealPurpose.CSRF, token).decode()
    except NotSealedHere as error:
        raise ForgedForm from error
    if not same(expected, read_cookie(request, Cookie.BROWSER) or ""):
        raise ForgedForm
