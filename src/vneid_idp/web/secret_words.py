"""What a chosen secret has to be, in words."""

from starlette.requests import Request

from vneid_idp.identity.factors.chosen_secrets import PASSWORD_LENGTHS, SecretKind, WeakSecret
from vneid_idp.web.i18n import gettext, mark

_FORM = {
    SecretKind.PASSWORD: mark("A password has at least %(least)s characters."),
    SecretKind.PASSCODE: mark("A passcode has six digits."),
}
_GUESSED = {
    SecretKind.PASSWORD: mark(
        "This password is easy to guess. Take no common word, row or date, nor your own name or numbers; several words "
        "that do not belong together are good."
    ),
    SecretKind.PASSCODE: mark(
        "This passcode is easy to guess. Take no row such as 123456, repetition or date, nor a part of your own "
        "numbers."
    ),
}


def weakness(request: Request, kind: SecretKind, weak: WeakSecret) -> str:
    """Why a secret of this kind was not taken, in the language of the request."""
    return gettext(request, (_GUESSED if weak.guessed else _FORM)[kind], least=PASSWORD_LENGTHS.start)
