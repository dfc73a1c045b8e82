"""What a chosen secret has to be, in words."""

from starlette.requests import Request

from vneid_idp.identity.factors.chosen_secrets import PASSWORD_LENGTHS, SecretKind
from vneid_idp.web.i18n import gettext, mark

_WEAK = {
    SecretKind.PASSWORD: mark("A password has at least %(least)s characters."),
    SecretKind.PASSCODE: mark("A passcode has six digits, not all the same and not in a row such as 123456."),
}


def weakness(request: Request, kind: SecretKind) -> str:
    """Why a secret of this kind was not taken, in the language of the request."""
    return gettext(request, _WEAK[kind], least=PASSWORD_LENGTHS.start)
