"""What a reason has to be, in words."""

from starlette.requests import Request

from vneid_idp.audit.deeds import REASON_LENGTHS
from vneid_idp.web.i18n import gettext


def reason_wanted(request: Request, label: str | None = None) -> str:
    """What to say where a reason is missing, or may not stand in an event; in the language of the request.

    `label` is that of a field that asks for more than why, such as the paper on which it rests.
    """
    least, most = REASON_LENGTHS[0], REASON_LENGTHS[-1]
    if label is not None:
        return gettext(
            request,
            "%(label)s: write %(least)s to %(most)s characters, without anybody's numbers.",
            label=gettext(request, label),
            least=least,
            most=most,
        )
    return gettext(
        request, "Say why, in %(least)s to %(most)s characters, without anybody's numbers.", least=least, most=most
    )
