"""Why something at the console cannot be done, as an operator reads it at the field."""

from collections.abc import Mapping

from starlette.requests import Request

from vneid_idp.audit.deeds import BadDeed
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.wording import Wording
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.web.deeds import Errors, RefusedInWords
from vneid_idp.web.i18n import gettext, mark
from vneid_idp.web.reason_words import reason_wanted

_REFUSALS: Mapping[str, str] = {
    "bad_family": mark("At most 64 letters, digits, dots, hyphens and underscores."),
    "family_exists": mark("There is an organisation under this id already."),
    "foreign_domain": mark("It must be the host of a redirect address, or stand above one."),
    "unknown_family": mark("There is no organisation under this id. Add it first."),
    "resource_server_exists": mark("There is a resource server at this address already."),
    "policy_in_the_past": mark("Rows of this draft would hold since a day that has begun. Say why, if that is meant."),
}


def said(request: Request, wording: Wording, label: str) -> str:
    """What is wrong with something, in the language of the page, after what it is: a label, which may be a question."""
    text = gettext(request, wording.text, **wording.values)
    return f"{label} {text}" if label.endswith("?") else f"{label}: {text}"


def refused_metadata(request: Request, refusal: InvalidClientMetadata) -> str:
    """A refusal where the registration is written as JSON, with the member that it is about."""
    if refusal.member is None:
        return gettext(request, refusal.wording.text, **refusal.wording.values)
    return said(request, refusal.wording, refusal.member)


def refused_in_words(
    request: Request, errors: Errors, field: str, places: Mapping[str, str] | None = None
) -> RefusedInWords:
    """`with` it, a refusal that an operator can mend becomes an error at `field`, or where `places` has its code."""
    return RefusedInWords(request, errors, _words_of, field, places or {})


def _words_of(request: Request, error: DomainError) -> str | None:
    if isinstance(error, BadDeed):
        return reason_wanted(request)
    return gettext(request, _REFUSALS[error.code]) if error.code in _REFUSALS else None
