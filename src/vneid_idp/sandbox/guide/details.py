"""`/guide/authorization-details`: a request that says exactly what for (RFC 9396)."""

from vneid_idp.sandbox.guide.page import GuidePage, Part
from vneid_idp.web.i18n import mark

_MATCH = '{"type": "identity_match", "fields": ["id_number", "full_name"], "purpose": "subscriber_authentication"}'
_NUMBER = (
    '{"type": "subscriber_number", "actions": ["bind"], "phone_number": "+84951234567", "channel": "carrier_app",\n'
    '   "contract": "prepaid", "sequence": 2}'
)
_BOTH = f'"authorization_details": [\n  {_NUMBER},\n  {_MATCH}]'

PAGE = GuidePage(
    slug="authorization-details",
    title=mark("Rich requests: authorization_details"),
    lead=mark(
        "A scope says what kind of thing is asked; authorization_details say which one: this number, these fields, for "
        "this purpose. The person reads a sentence of each, and confirms it on the page of that very request."
    ),
    script="details",
    parts=(
        Part(
            mark("Register"),
            mark(
                "The types, out of authorization_details_types_supported of discovery: subscriber_number and "
                "identity_match, for clients of the profiles fapi2 and ciba. /guide/authorization-details.json is the "
                "JSON Schema of every type."
            ),
            "Register",
        ),
        Part(
            mark("Ask"),
            mark(
                "At /par, in a signed request object, or in a request of CIBA. Every member of a type is needed, and "
                "no other is taken. With prompt=none there is consent_required: nobody confirms unseen."
            ),
            "Push",
            ('{"request_uri": "urn:ietf:params:oauth:request_uri:…", "expires_in": 90}',),
        ),
        Part(
            mark("Send the person"),
            mark("They read both sentences, beside what the scopes ask."),
            "Send the person",
        ),
        Part(
            mark("Read what was granted"),
            mark("It may be less than was asked, and is never more: compare it before you act on it."),
            "Redeem",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600, "scope": "openid identity '
                f'offline_access",\n {_BOTH},\n "id_token": "…", "refresh_token": "…"}}',
            ),
        ),
        Part(
            mark("A resource looks itself"),
            mark("Introspection tells the same; an API goes by the details, and not by the scope alone."),
            "Look",
            (
                '{"active": true, "token_type": "DPoP", "scope": "openid identity offline_access", "client_id": "…",\n'
                ' "sub": "…", "iss": "…", "aud": "…", "jti": "…", "iat": …, "exp": …, "cnf": {"jkt": "…"},\n'
                f" {_BOTH}}}",
            ),
        ),
        Part(
            mark("Refresh, with less"),
            mark(
                "A number is confirmed once: it is good with the tokens of the code and what is exchanged for them, "
                "and no refresh renews it. identity_match lasts as long as its grant, and a refresh may ask for fewer "
                "of its fields."
            ),
            "Refresh",
            (
                '{"access_token": "…", "token_type": "DPoP", "expires_in": 600, "scope": "openid identity '
                'offline_access",\n "authorization_details": [\n'
                '  {"type": "identity_match", "fields": ["full_name"], "purpose": "subscriber_authentication"}],\n'
                ' "id_token": "…"}',
            ),
        ),
    ),
    errors=(("invalid_authorization_details", ""), ("consent_required", ""), ("access_denied", "")),
)
