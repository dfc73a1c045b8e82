"""The state of the sign-in in this browser: a random text that a script of ours may read (OpenID Connect Session
Management 1.0 §3.2). It says nothing; that it is another one by now says that something changed.
"""

import re

from starlette.requests import HTTPConnection

from vneid_idp.kernel.secrets import digest, new_secret
from vneid_idp.web.cookies import Cookie, keep_cookie, read_cookie
from vneid_idp.web.exchange import exchange_of

_STATE = re.compile(r"[A-Za-z0-9_-]{22}")


def browser_state(request: HTTPConnection) -> str:
    """The state that the browser has when it got this answer; made on first use.

    There is one for people who are not signed in, too: so a script that finds none knows that the browser keeps our
    cookies from it, and does not take it for a sign-out.
    """
    exchange = exchange_of(request)
    if exchange.browser_state is None:
        sent = read_cookie(request, Cookie.BROWSER_STATE)
        if sent and _STATE.fullmatch(sent):
            exchange.browser_state = sent
        else:
            renew_browser_state(request)
    state = exchange.browser_state
    assert state is not None
    return state


def renew_browser_state(request: HTTPConnection) -> None:
    """Somebody signed in or out, or proved more than before."""
    _keep(request, new_secret(16))


def end_browser_state(request: HTTPConnection) -> None:
    """The session that the browser names has ended elsewhere: once, and not at each look, that is a change."""
    state = digest(read_cookie(request, Cookie.SESSION) or "")[:22]
    if browser_state(request) != state:
        _keep(request, state)


def _keep(request: HTTPConnection, state: str) -> None:
    exchange_of(request).browser_state = state
    keep_cookie(request, Cookie.BROWSER_STATE, state, for_frames=True)
