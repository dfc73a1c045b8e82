"""What a reason has to be, in words."""

from starlette.requests import Request

from vneid_idp.audit.deeds import REASON_LENGTHS
from vneid_idp.web.i18n import gettext


def reason_wanted(request: Request) -> str:
    """What to say where a reason is missing, or may not stand in an event; in the language of the request."""
    least, most = REASON_LENGTHS[0], REASON_LENGTHS[-1]
    return gettext(
        request, "Say why, in %(least)s to %(most)s characters, without anybody's numbers.", least=least, most=most
    )
