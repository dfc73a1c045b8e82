"""What to do about the refusals that CAMARA's files name by codes of their own."""

from collections.abc import Mapping

from vneid_idp.sandbox.remedies import Remedy
from vneid_idp.web.i18n import mark

_CONTRACT = "/docs?contract=kyc-match/v0.4"
_SUBSCRIPTIONS = "/docs?contract=sim-swap-subscriptions/v0.3"

CAMARA_REMEDIES: Mapping[str, Remedy] = {
    "INVALID_ARGUMENT": Remedy(
        mark("A JSON object with the members of the published file, each in its form, and with no others."),
        mark("Compare the body with the API viewer. Leave out what you do not send: null is no value here."),
        _CONTRACT,
    ),
    "OUT_OF_RANGE": Remedy(
        mark(
            "A value that can be asked about: of ages those that a purpose of the client names, three at most, "
            "of days those that have come, and of the hours of maxAge those since a carrier here has the number."
        ),
        mark(
            "Register a purpose that names age_over_N, and have people agree to it. Ask about no day to come. Ask with "
            "a smaller maxAge, or for the date."
        ),
        "/docs?contract=kyc-age-verification/v0.2",
    ),
    "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK": Remedy(
        mark("An access token by an assertion whose sub is operatortoken: and a token of the carrier's."),
        mark(
            "A sign-in, a code and a number as tel: say nothing of the device. Have the device get an operator token."
        ),
        "/docs?contract=number-verification/v2",
    ),
    "SERVICE_NOT_APPLICABLE": Remedy(
        mark("A person whose phone number a carrier bound here, and has not released."),
        mark("Have the person confirm the number of their account to a carrier: the demo carrier does so."),
        "/docs?contract=numbers/v1",
    ),
    "UNNECESSARY_IDENTIFIER": Remedy(
        mark("A body without phoneNumber: the access token is that of a person."),
        mark("Leave phoneNumber out. Whom you mean you say when you ask for the token, as tel: and the number."),
        "/guide/number-check",
    ),
    "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION": Remedy(
        mark("Something of the person beside phoneNumber, to hold it against the register."),
        mark("Send at least one of name, birthdate, idDocument and the other attributes."),
        _CONTRACT,
    ),
    "INVALID_PROTOCOL": Remedy(
        mark("protocol HTTP: no other protocol is served."),
        mark("Send events to an https address of yours, and hand them on from there."),
        _SUBSCRIPTIONS,
    ),
    "INVALID_CREDENTIAL": Remedy(
        mark("A sinkCredential of the credentialType ACCESSTOKEN, or none."),
        mark("Issue an access token for your own address, and tell until when it is good."),
        _SUBSCRIPTIONS,
    ),
    "INVALID_TOKEN": Remedy(
        mark("accessTokenType bearer."),
        mark("The token is sent as Authorization: Bearer. Issue one that is good so."),
        _SUBSCRIPTIONS,
    ),
    "INVALID_SINK": Remedy(
        mark("An https address without fragment and user information."),
        mark(
            "In the sandbox http on this machine will do. No address inside a network is called, and no redirect "
            "followed."
        ),
        _SUBSCRIPTIONS,
    ),
    "ALREADY_EXISTS": Remedy(
        mark("One subscription of a person at an address."),
        mark("List what you have. To change it, delete it and create it anew."),
        _SUBSCRIPTIONS,
    ),
    "QUOTA_EXCEEDED": Remedy(
        mark("Five subscriptions of one person at most."),
        mark("Delete one, or let it expire."),
        _SUBSCRIPTIONS,
    ),
    "NOT_FOUND": Remedy(
        mark("The id of a subscription of this client, about the person of the access token, that stands."),
        mark("List what you have: one that has ended is told no more, and its end was the last event."),
        _SUBSCRIPTIONS,
    ),
    "INVALID_TOKEN_CONTEXT": Remedy(
        mark("A phoneNumber of the very person of the access token, or none."),
        mark("Leave phoneNumber out: the access token says who it is. A number of somebody else counts as a mismatch."),
        _CONTRACT,
    ),
}
