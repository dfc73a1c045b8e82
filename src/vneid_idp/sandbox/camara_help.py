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
