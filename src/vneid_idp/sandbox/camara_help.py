"""What to do about the refusals that CAMARA's files name by codes of their own."""

from collections.abc import Mapping

from vneid_idp.sandbox.remedies import Remedy
from vneid_idp.web.i18n import mark

_CONTRACT = "/docs?contract=kyc-match/v0.4"

CAMARA_REMEDIES: Mapping[str, Remedy] = {
    "INVALID_ARGUMENT": Remedy(
        mark("A JSON object with the members of the published file, each in its form, and with no others."),
        mark("Compare the body with the API viewer. Leave out what you do not send: null is no value here."),
        _CONTRACT,
    ),
    "OUT_OF_RANGE": Remedy(
        mark(
            "A value that can be asked about: of ages those that a purpose of the client names, three at most, "
            "and of days those that have come."
        ),
        mark("Register a purpose that names age_over_N, and have people agree to it. Ask about no day to come."),
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
    "INVALID_TOKEN_CONTEXT": Remedy(
        mark("A phoneNumber of the very person of the access token, or none."),
        mark("Leave phoneNumber out: the access token says who it is. A number of somebody else counts as a mismatch."),
        _CONTRACT,
    ),
}
