"""The page that relying parties frame to learn whether the sign-in here changed (Session Management 1.0 §3.2, §3.3)."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vneid_idp.web.cookies import Cookie, cookie_name
from vneid_idp.web.doors import Door
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.headers import allow_framing, allow_source
from vneid_idp.web.static import static_url

_HEADERS = {"Cache-Control": "public, max-age=600"}
_PAGE = """<!doctype html>
<html lang="en">
<title>Session</title>
<script src="{script}" data-cookie="{cookie}"></script>
</html>
"""


async def check_session(request: Request) -> Response:
    """`GET /check_session`: the same for everybody, so it is kept; what it tells, it reads from a cookie each time."""
    allow_framing(request)
    allow_source(request, "script-src", "'self'")
    cookie = cookie_name(Cookie.BROWSER_STATE, exchange_of(request).secure)
    return HTMLResponse(_PAGE.format(script=static_url("check_session.js"), cookie=cookie), headers=_HEADERS)


doors = [Door.page("/check_session", check_session, announced="check_session_iframe")]
