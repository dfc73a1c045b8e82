"""`x-correlator`: what a caller of CAMARA's APIs calls one request, which every answer repeats (CAMARA Commonalities,
API Design Guide)."""

import re

from starlette.requests import HTTPConnection

from vneid_idp.web.request_headers import header

CORRELATOR = r"[a-zA-Z0-9\-_:;./<>{}]{0,256}"
_CORRELATOR = re.compile(CORRELATOR, re.ASCII)


def sent_correlator(request: HTTPConnection) -> str | None:
    """The name that came with the request; nothing where it is none."""
    sent = header(request, b"x-correlator")
    return sent if sent is not None and _CORRELATOR.fullmatch(sent) else None
