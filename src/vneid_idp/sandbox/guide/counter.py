"""`/guide/ciba`: somebody is asked on their phone (CIBA), with the number that they pick there."""

from vneid_idp.cross_device.rules import FETCHED_WITHIN, SLOWER
from vneid_idp.kernel.clock import SECOND
from vneid_idp.sandbox.guide.page import GuidePage, Part, Picture, Step
from vneid_idp.web.i18n import mark

_PERSON, _COUNTER, _PROVIDER = mark("Person, with the app"), mark("Counter"), mark("This provider")

PAGE = GuidePage(
    slug="ciba",
    title=mark("Somebody at a counter, asked on their phone: CIBA"),
    lead=mark(
        "No browser is sent anywhere. The counter names somebody by their number, shows two digits, and polls; the "
        "person unlocks the identity app and picks the digits that they see at the counter."
    ),
    script="counter",
    picture=Picture(
        (_PERSON, _COUNTER, _PROVIDER),
        (
            Step(_PERSON, _COUNTER, mark("Says their phone number")),
            Step(_COUNTER, _PROVIDER, mark("A signed request: who, what for, binding_message")),
            Step(_PROVIDER, _COUNTER, mark("auth_req_id, interval, number_to_show")),
            Step(_COUNTER, _PERSON, mark("Shows the number")),
            Step(_PROVIDER, _PERSON, mark("Who asks, for what, from where; three numbers")),
            Step(_PERSON, _PROVIDER, mark("Unlocks, picks the number, agrees")),
            Step(_COUNTER, _PROVIDER, mark("Polls, every interval seconds")),
            Step(_PROVIDER, _COUNTER, mark("Tokens")),
        ),
    ),
    parts=(
        Part(
            mark("Register"),
            mark(
                "backchannel_token_delivery_mode is poll, or ping with backchannel_client_notification_endpoint; push "
                "is not offered. It is for clients of the profiles ciba, fapi2 and camara, which sign what they ask."
            ),
            "Register",
        ),
        Part(
            mark("Ask"),
            mark(
                "login_hint is tel: and the number; an ID token from before (id_token_hint) or a JWT of the client's "
                "own (login_hint_token) will do as well. binding_message stands on both screens: at most 20 characters."
            ),
            "Ask",
            ('{"auth_req_id": "…", "expires_in": 120, "interval": 2, "number_to_show": "…"}',),
            points=(
                mark(
                    "Another number than the one shown ends the request. It keeps people from agreeing without "
                    "looking, and proves nothing about where they are. Clients of the profile camara get none."
                ),
                mark(
                    "Whether anybody is there is told by nothing: for a number of nobody, a locked account or level 1 "
                    "polls are answered authorization_pending, and expired_token in the end."
                ),
                mark(
                    "In the sandbox POST /sandbox/ciba/AUTH_REQ_ID/allow or /deny answers as the person would; or set "
                    "up a browser as their phone at /phone."
                ),
            ),
        ),
        Part(
            mark("Poll"),
            mark(
                "Never faster than interval: slow_down adds %(seconds)s seconds for good. An answer of the last moment "
                "can still be fetched for %(within)s seconds."
            ),
            "Poll",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600, "scope": "openid identity", '
                '"id_token": "…"}',
            ),
            numbers={"seconds": SLOWER // SECOND, "within": FETCHED_WITHIN // SECOND},
        ),
        Part(
            mark("Read the answer"),
            mark(
                "The ID token names the request in urn:openid:params:jwt:claim:auth_req_id: compare it, and acr with "
                "the level that you asked for."
            ),
            "Read the answer",
            ('{"sub": "…", "identity_level": 2, "identity_verified_since": …}',),
        ),
        Part(
            mark("Ping instead of waiting"),
            mark(
                "Send client_notification_token with the request. When the person has answered, the provider posts "
                '{"auth_req_id": …} to your endpoint with that token as Bearer, and again while your server cannot be '
                "reached or fails; then fetch the tokens as by polling. The notice says nothing of the answer."
            ),
        ),
        Part(
            mark("Take it back"),
            mark("Post the auth_req_id as token to /revoke: the request leaves the phone at once."),
        ),
    ),
    errors=(
        ("authorization_pending", ""),
        ("slow_down", ""),
        ("expired_token", ""),
        ("access_denied", ""),
        ("invalid_grant", "polled"),
        ("invalid_binding_message", ""),
        ("unknown_user_id", ""),
        ("expired_login_hint_token", ""),
        ("invalid_request", "request"),
        ("invalid_request_object", ""),
        ("nobody_answers", ""),
    ),
)
