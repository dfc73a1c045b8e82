"""`/guide/device`: a device without a browser (RFC 8628)."""

from vneid_idp.cross_device.opening import DEVICE_LIFE
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _DEVICE, _PROVIDER = mark("Person"), mark("Device"), mark("This provider")

PAGE = GuidePage(
    slug="device",
    title=mark("A device without a browser"),
    lead=mark(
        "A television or a terminal shows a code, and the person types it on a phone or computer. Where you know whom "
        "you serve, asking them in the app (CIBA) spares them the code."
    ),
    script="device",
    picture=Picture(
        (_PERSON, _DEVICE, _PROVIDER),
        (
            Step(_DEVICE, _PROVIDER, mark("Asks for a code")),
            Step(_PROVIDER, _DEVICE, mark("user_code to show, device_code to poll with")),
            Step(_DEVICE, _PERSON, mark("Shows the code and the address")),
            Step(_PERSON, _PROVIDER, mark("Types the code, signs in, agrees")),
            Step(_DEVICE, _PROVIDER, mark("Polls, every interval seconds")),
            Step(_PROVIDER, _DEVICE, mark("Tokens")),
        ),
    ),
    parts=(
        Part(
            mark("Register"),
            mark("The grant type, and no response type where it has no other; a device keeps no secret."),
            "Register",
        ),
        Part(
            mark("Ask for a code"),
            mark(
                "Show user_code and verification_uri, or verification_uri_complete as a QR code. They are good for "
                "%(minutes)s minutes. The page at /device warns of codes that somebody else sent."
            ),
            "Ask",
            (
                '{"device_code": "…", "user_code": "…", "verification_uri": "…/device",\n'
                ' "verification_uri_complete": "…/device?user_code=…", "expires_in": 600, "interval": 5}',
            ),
            numbers={"minutes": DEVICE_LIFE // MINUTE},
        ),
        Part(
            mark("Poll"),
            mark("Until something else comes than authorization_pending or slow_down."),
            "Poll",
            (
                '{"access_token": "…", "token_type": "Bearer", "expires_in": 600, "scope": "openid identity", '
                '"id_token": "…"}',
            ),
        ),
    ),
    errors=(
        ("authorization_pending", ""),
        ("slow_down", ""),
        ("expired_token", ""),
        ("access_denied", ""),
        ("invalid_grant", "polled"),
        ("unauthorized_client", ""),
    ),
)
