"""What somebody entered on a page and is not done with: kept in their own browser, sealed, while they are at it.

A posted form is answered by a redirect to the page (303), which shows again what was entered and says what is wrong
with it. So reloading posts nothing anew, Back never meets a page that the browser cannot show again, and a change of
language loses nothing. A page names what of it is kept, and never a secret.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.web.context import idp
from vneid_idp.web.cookies import Cookie, forget_cookie, keep_cookie, read_cookie
from vneid_idp.web.exchange import exchange_of
from vneid_idp.web.forms import Form
from vneid_idp.web.responses import see_other

SIGNED_OUT = "signed-out"
"""A note for the sign-in page: a form was sent by who was signed out while it was open."""
LIFE: Instant = 15 * MINUTE
_PLACES = 3
"""Of how many pages, in as many tabs, something is kept."""
_LARGEST = 2_600
"""Bytes, deflated, before sealing: a cookie has four thousand (RFC 6265 §6.1)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was entered on a page, and what the page says of it."""

    form: Form = field(default_factory=lambda: Form([]))
    errors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    """Something else that the page has to say, by a name that it knows."""
    status: int = 200


def read_draft(request: Request, place: str) -> Draft:
    """What was entered at `place`, the path of a page, a short while ago; an empty draft if nothing was."""
    for kept in _kept(request):
        if kept[0] == place:
            _, _, pairs, errors, note, status = kept
            return Draft(Form([(name, value) for name, value in pairs]), errors, note, status)
    return Draft()


def again(
    request: Request,
    place: str,
    form: Form,
    keeps: Iterable[str],
    errors: Mapping[str, str] | None = None,
    *,
    note: str = "",
    status: int = 200,
) -> Response:
    """Back to the page at `place`, which answers with `status` and finds what was entered in the fields in `keeps`."""
    keep_draft(request, place, form, keeps, errors, note=note, status=status)
    return see_other(place)


def keep_draft(
    request: Request,
    place: str,
    form: Form,
    keeps: Iterable[str],
    errors: Mapping[str, str] | None = None,
    *,
    note: str = "",
    status: int = 200,
) -> None:
    """The same for who goes elsewhere first."""
    _keep(request, place, _draft(form, keeps, errors, note, status))


def fits(
    request: Request, place: str, form: Form, keeps: Iterable[str], errors: Mapping[str, str], *, note: str = ""
) -> bool:
    """Whether what was entered can be kept: of what is too long a draft has the errors alone."""
    return len(_deflated([[place, idp(request).clock.now(), *_draft(form, keeps, errors, note, 422)]])) <= _LARGEST


def drop_draft(request: Request, place: str) -> None:
    """What was entered at `place` is dealt with."""
    kept = _kept(request)
    left = [each for each in kept if each[0] != place]
    if len(left) < len(kept):
        _write(request, left)


def _draft(form: Form, keeps: Iterable[str], errors: Mapping[str, str] | None, note: str, status: int) -> list[Any]:
    pairs = [[name, value] for name in dict.fromkeys(keeps) for value in form.all(name)]
    return [pairs, dict(errors or {}), note, status]


def _deflated(kept: list[list[Any]]) -> bytes:
    return zlib.compress(orjson.dumps(kept))


def _keep(request: Request, place: str, draft: list[Any]) -> None:
    others = [each for each in _kept(request) if each[0] != place]
    kept = [[place, idp(request).clock.now(), *draft], *others][:_PLACES]
    while len(kept) > 1 and len(_deflated(kept)) > _LARGEST:
        kept.pop()
    if len(_deflated(kept)) > _LARGEST:
        kept[0][2] = []  # The page says what is wrong all the same.
    _write(request, kept)


def _write(request: Request, kept: list[list[Any]]) -> None:
    exchange_of(request).drafts = kept
    if kept:
        sealed = idp(request).keys.sealer.seal(SealPurpose.DRAFT, _deflated(kept))
        keep_cookie(request, Cookie.DRAFT, sealed, LIFE)
    else:
        forget_cookie(request, Cookie.DRAFT)


def _kept(request: Request) -> list[list[Any]]:
    """The drafts of this browser that are young enough, the latest first, as this request has left them."""
    if (written := exchange_of(request).drafts) is not None:
        return written
    value, provider = read_cookie(request, Cookie.DRAFT), idp(request)
    if value is None:
        return []
    try:
        kept = orjson.loads(zlib.decompress(provider.keys.sealer.open(SealPurpose.DRAFT, value)))
    except (NotSealedHere, zlib.error):  # one of the release before was not deflated
        return []
    return [each for each in kept if each[1] > provider.clock.now() - LIFE]
