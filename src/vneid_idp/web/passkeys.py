"""What the scripts of our pages and an authenticator tell each other through us."""

from urllib.parse import urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity.factors.passkeys import Options, PasskeyRefused, Site
from vneid_idp.web.bodies import BadBody, read_json
from vneid_idp.web.context import Idp
from vneid_idp.web.responses import json_response

NAME = "Sample identity"
"""The relying party's name in the browser's own passkey dialogue."""


def site_of(provider: Idp) -> Site:
    """To whom passkeys belong: the issuer's host, whatever the request says (WebAuthn §5.1.2)."""
    return Site(urlsplit(provider.issuer).hostname or "", NAME, provider.issuer)


def give_options(made: Options) -> Response:
    """What the script hands to `navigator.credentials`, and the `sealed` challenge that it brings back."""
    return json_response({"options": orjson.loads(made.options), "sealed": made.sealed})


async def read_passkey(request: Request) -> dict[str, str]:
    """The texts that the script sends: the `sealed` challenge, the authenticator's `answer`, perhaps a `name`.

    Raises `PasskeyRefused` for anything else.
    """
    try:
        members = await read_json(request)
    except BadBody as error:
        raise PasskeyRefused(str(error)) from error
    if not all(isinstance(members.get(name), str) for name in ("sealed", "answer")):
        raise PasskeyRefused("not the members that were asked for")
    return {name: text for name, text in members.items() if isinstance(text, str)}
