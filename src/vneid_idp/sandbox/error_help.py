"""What to do about each error, for developers: what was expected, and how to mend it."""

from collections.abc import Mapping
from dataclasses import replace

from vneid_idp.cross_device.rules import SLOWER
from vneid_idp.grants.service import LINK_LIFE
from vneid_idp.interaction.service import LIFE, PUSHED_LIFE
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.tokens import CODE_LIFE
from vneid_idp.sandbox.camara_help import CAMARA_REMEDIES
from vneid_idp.sandbox.number_help import NUMBER_REMEDIES
from vneid_idp.sandbox.remedies import MISTAKES, Remedy
from vneid_idp.web.i18n import mark

_UNKNOWN = Remedy(
    mark("A request that the endpoint accepts."),
    mark("Read the description above and compare your request with the API viewer."),
    "/docs",
)

_REMEDIES: Mapping[str, Remedy] = {
    "invalid_request": Remedy(
        mark("Every required parameter once, in the right form."),
        mark("Correct the parameter that the description names. Send none of them twice."),
        "RFC 6749 §4.1.2.1",
    ),
    "invalid_client": Remedy(
        mark(
            "The client_id and the credential of the registered token_endpoint_auth_method; a secret by Basic or in "
            "the form, as long as the registration does not insist on its method."
        ),
        mark(
            "Check the secret, or sign the client assertion with a registered key and the issuer as its only audience."
        ),
        "RFC 6749 §2.3, RFC 7523 §3",
    ),
    "invalid_grant": Remedy(
        mark(
            "A code or refresh token of this client, unused and unexpired, with the same redirect_uri and its verifier."
        ),
        mark(
            "Start again at /authorize. A code lives %(seconds)s seconds and works once; withdrawal and log-out end it "
            "too."
        ),
        "RFC 6749 §5.2, RFC 7636 §4.6",
        {"seconds": CODE_LIFE // SECOND},
    ),
    "unauthorized_client": Remedy(
        mark("A grant type or response type that the client registered."),
        mark("Add it to grant_types or response_types of the registration."),
        "RFC 7591 §2",
    ),
    "authorization_pending": Remedy(
        mark("An answer that somebody gives on another device; nobody has yet."),
        mark("Poll again after interval seconds. Of the last answer remember slow_down, too."),
        "RFC 8628 §3.5, CIBA Core §11",
    ),
    "slow_down": Remedy(
        mark("Polls that are interval seconds apart, and after each slow_down %(seconds)s more."),
        mark("Add %(seconds)s seconds to your interval, and keep it for all polls to come."),
        "RFC 8628 §3.5, CIBA Core §11",
        {"seconds": SLOWER // SECOND},
    ),
    "expired_token": Remedy(
        mark("A device_code or auth_req_id that is answered while it is good."),
        mark("Begin anew with another request, and show the person the new code. It is good for expires_in seconds."),
        "RFC 8628 §3.5, CIBA Core §11",
    ),
    "invalid_binding_message": Remedy(
        mark("A binding_message of at most 20 letters of a to z, digits, spaces and . , : # / -."),
        mark("Send a short word that also stands on your own screen, such as the number of a counter or an order."),
        "CIBA Core §7.1, §13",
    ),
    "unknown_user_id": Remedy(
        mark("A hint that means somebody who has an account here."),
        mark("Compare the number with the people on the front page. Clients are told so only where it is registered."),
        "CIBA Core §13",
    ),
    "expired_login_hint_token": Remedy(
        mark("A login_hint_token that is still good by its exp."),
        mark("Make a new one for each request."),
        "CIBA Core §7.1, §13",
    ),
    "unsupported_response_type": Remedy(
        mark("response_type=code."),
        mark(
            "Use the authorization code flow with PKCE; implicit and hybrid flows are not offered. In "
            "express-openid-connect set authorizationParams: {response_type: 'code'} and clientSecret."
        ),
        "RFC 9700 §2.1.2",
    ),
    "unsupported_grant_type": Remedy(
        mark("One of the grant types in the discovery document."),
        mark("Read grant_types_supported at /.well-known/openid-configuration."),
        "RFC 6749 §5.2",
    ),
    "invalid_scope": Remedy(
        mark("The scope openid, and others that the client is registered for."),
        mark("Add the scope to the registration, with a purpose that covers its claims, or leave it out."),
        "RFC 6749 §3.3",
    ),
    "invalid_target": Remedy(
        mark(
            "A resource that this client gets tokens for: one of this provider's own APIs, or a resource server that "
            "the operator registered with this client. A token is for one resource server, and for what the person was "
            "asked in the authorization request."
        ),
        mark(
            "Name it in the authorization request, with one of its scopes, and again in the token request; or leave "
            "resource out there: the token is for this provider's own APIs. A library may call it audience."
        ),
        "RFC 8707 §2",
    ),
    "registration_not_supported": Remedy(
        mark("A client that registered before it asks."),
        mark("Leave the parameter registration out, and register at /register."),
        "OpenID Connect Core §7.2.1",
    ),
    "invalid_token": Remedy(
        mark("A live access token in the Authorization header."),
        mark("Get a new one: refresh, or start again. Tokens end with their consent, session and grant."),
        "RFC 6750 §3.1",
    ),
    "invalid_dpop_proof": Remedy(
        mark(
            "One DPoP header with a new proof for each request, signed with ES256, PS256 or EdDSA by the key of its "
            "jwk, for this method, this address, and at an API for this access token."
        ),
        mark("Have the library make the proof, with the very address that is called, and let nothing send it twice."),
        "RFC 9449 §4.2, §4.3",
    ),
    "use_dpop_nonce": Remedy(
        mark("A proof with the nonce that the DPoP-Nonce header of an answer named last."),
        mark("Send the request once more with that nonce: libraries do so by themselves."),
        "RFC 9449 §8, §9",
    ),
    "insufficient_scope": Remedy(
        mark("An access token with the scope of this endpoint."),
        mark("Ask for the scope at /authorize, or use a token of the right kind."),
        "RFC 6750 §3.1",
    ),
    "invalid_authorization_details": Remedy(
        mark("An array of objects of the types that the client is registered for, each with all members of its type."),
        mark(
            "Compare with authorization_details_types_supported of the discovery document and with your registration, "
            "and mend the member that the description names: /guide/authorization-details.json is the JSON Schema of "
            "every type. At the token endpoint ask for what was granted."
        ),
        "RFC 9396 §5, §6",
    ),
    "access_denied": Remedy(
        mark("A person who agrees."),
        mark("Nothing to mend: show the person that nothing was shared, and offer to try again."),
        "RFC 6749 §4.1.2.1",
    ),
    "login_required": Remedy(
        mark("A person who is signed in recently and well enough, since prompt=none shows no page."),
        mark(
            "Repeat the request without prompt=none. If it came from a hidden frame of a page on another site, our "
            "cookie was not sent: open your page at http://localhost (127.0.0.1 is another site than localhost), or "
            "ask for offline_access and refresh."
        ),
        "OpenID Connect Core §3.1.2.6",
    ),
    "consent_required": Remedy(
        mark("A standing consent for all that is asked, since prompt=none shows no page."),
        mark("Repeat the request without prompt=none."),
        "OpenID Connect Core §3.1.2.6",
    ),
    "unmet_authentication_requirements": Remedy(
        mark("A person with an account that can be used, and that reaches the level in acr_values."),
        mark(
            "Ask for level 1 if that is enough, or tell the person how to reach level 2. If the account cannot be "
            "used, the person was told why, and you are not: offer to come back later."
        ),
        "OpenID Connect Unmet Authentication Requirements 1.0",
    ),
    "invalid_request_uri": Remedy(
        mark("The request_uri of a pushed request: of this client, within %(seconds)s seconds, once."),
        mark("Push the request again and send the browser at once."),
        "RFC 9126 §2.2",
        {"seconds": PUSHED_LIFE // SECOND},
    ),
    "invalid_request_object": Remedy(
        mark("A request object signed by a registered key, with iss, aud and times that hold."),
        mark("Check the signature algorithm, the audience (the issuer) and exp, nbf and iat."),
        "RFC 9101 §4",
    ),
    "invalid_redirect_uri": Remedy(
        mark("https addresses, or http on the loopback in the sandbox, without a fragment."),
        mark("Correct redirect_uris in the registration."),
        "RFC 7591 §2",
    ),
    "invalid_client_metadata": Remedy(
        mark("Metadata that this provider supports."),
        mark("Correct the member that the description names."),
        "RFC 7591 §2",
    ),
    "interaction_over": Remedy(
        mark("A request that is still open, in the browser that opened it."),
        mark("Start again at the relying party. Requests wait %(minutes)s minutes and end once."),
        "/docs",
        {"minutes": LIFE // MINUTE},
    ),
    "interaction_finished": Remedy(
        mark("A request that is still open: each is answered once."),
        mark("Start again at the relying party; look there for the answer that it got."),
        "/docs",
    ),
    "interaction_gave_way": Remedy(
        mark("Fewer requests at one time that nobody finishes, from one network address or browser."),
        mark("Start again at the relying party, and begin a request only when a person asks for it."),
        "/docs",
    ),
    "interaction_expired": Remedy(
        mark("An answer while the request waits."),
        mark("Start again at the relying party. Requests wait %(minutes)s minutes, and longer when asked for."),
        "/docs",
        {"minutes": LIFE // MINUTE},
    ),
    "not_found": Remedy(
        mark("An address of this provider, or something that exists at it."),
        mark("Compare the address with the API viewer: letter case and slashes count, and ids are copied whole."),
        "/docs",
    ),
    "method_not_allowed": Remedy(
        mark("One of the methods that the header Allow names."),
        mark("Compare the method with the API viewer or the discovery document."),
        "RFC 9110 §15.5.6",
    ),
    "malformed": Remedy(
        mark("A body in the form of the contract."),
        mark("Correct the members that the description names; where it says body, the whole is no JSON object."),
        "/docs",
    ),
    "guardian_required": Remedy(
        mark("A person who has outgrown guardians, or a parent or guardian who binds the child's account."),
        mark("Send the parent through the flow with the scope binding:child_account."),
        "Decree 147/2024/NĐ-CP, Articles 23 and 27",
    ),
    "link_not_confirmed": Remedy(
        mark("The access token of a request in which the person confirmed this link, not used for an account before."),
        mark(
            "Send the person to /authorize with a binding: scope and account_label, without prompt=none, and bind with "
            "that token within %(minutes)s minutes. A refresh does not renew that."
        ),
        "/docs",
        {"minutes": LINK_LIFE // MINUTE},
    ),
    "insufficient_user_authentication": Remedy(
        mark("A token of a sign-in at a level that the header WWW-Authenticate names in acr_values."),
        mark("Send the person to /authorize with those acr_values, and call again with the token of that request."),
        "RFC 9470 §4",
    ),
    "account_bound_to_another": Remedy(
        mark("An account that is bound to nobody else."),
        mark("Let the other person release it first. One account belongs to one person."),
        "Decree 147/2024/NĐ-CP, Articles 23 and 27",
    ),
    "account_limit_reached": Remedy(
        mark("A person with fewer accounts at this network than its limit."),
        mark("Let the person release one of the bound accounts first."),
        "/docs",
    ),
    "binding_suspended": Remedy(
        mark("An account that is not suspended, or is so for want of a guardian who can act."),
        mark("Let the person ask the provider why it is suspended, or release it at /me/accounts."),
        "/docs",
    ),
    "nobody_answers": Remedy(
        mark("An open request that was not answered before, of somebody who can answer it alone."),
        mark(
            "Copy auth_req_id whole, and compare the number with the people on the front page. What takes a choice or "
            "a second person is answered at /phone."
        ),
        "/guide/ciba",
    ),
    "bad_subject": Remedy(
        mark('A body {"subject": NAME}, the name with its parts from the last to the first, between commas.'),
        mark(
            "Write it as openssl x509 -noout -subject -nameopt RFC2253 prints names: CN=Back end,O=Carrier,C=VN, "
            "without slashes, and without spaces around = and commas."
        ),
        "RFC 4514 §2, /guide/certificates",
    ),
    "idempotency_conflict": Remedy(
        mark("One Idempotency-Key for one request."),
        mark("Use a new key for a request with another body."),
        "/docs",
    ),
}

_AUTHORIZATION_REQUESTS = ("/authorize", "/par")

ADDRESS_REMEDY = Remedy(
    mark("An address that the client registered, letter by letter."),
    mark(
        "Register the address that is sent, or send one that is registered. Applications on the loopback may choose "
        "their port."
    ),
    "RFC 9700 §2.1, OpenID Connect RP-Initiated Logout 1.0 §3",
)
"""For an address that is not one of those that are registered, whatever the code of the error."""


def remedy_for(code: str, about: str | None, path: str) -> Remedy:
    """The remedy for an error code, for the mistake that it is about where there is one, at an endpoint."""
    remedy = MISTAKES.get((code, about or "")) or {**_REMEDIES, **NUMBER_REMEDIES, **CAMARA_REMEDIES}.get(
        code, _UNKNOWN
    )
    if remedy is _REMEDIES["invalid_request"] and not path.startswith(_AUTHORIZATION_REQUESTS):
        return replace(remedy, reference="RFC 6749 §5.2")
    return remedy
