"""The scopes of CAMARA's APIs, by which clients of the profile `camara` ask about somebody who agreed to it.

CAMARA has an operator decide by its law whether a client may ask in its own name, with a phone number in the request.
Here none may: whoever is asked about agrees to that before (Law 91/2025 on personal data, Article 9), so no scope of
these is one of a client's own, and each is a permission that a person gives.
"""

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.permission import Permission

KYC_MATCH = "kyc-match:match"
AGE_VERIFICATION = "kyc-age-verification:verify"
TENURE = "kyc-tenure:check-tenure"
VERIFY_NUMBER = "number-verification:verify"
READ_NUMBER = "number-verification:device-phone-number:read"

CAMARA_PERMISSIONS = {
    KYC_MATCH: Permission(
        mark("Compare what it has of you with the population register"),
        mark(
            "The service sends what it has of you, such as name, birth date, ID number or address, and is told of each "
            "whether it agrees, of a text that does not also how near it comes. It is told no value. You read in your "
            "history what was compared."
        ),
    ),
    AGE_VERIFICATION: Permission(
        mark("Ask whether you have reached an age"),
        mark(
            "The service may ask so of the ages that you agree to here, also by your phone number. It is answered yes "
            "or no, as of the day on which you agreed, and not told your birth date."
        ),
    ),
    TENURE: Permission(
        mark("Ask since when your phone number is in your name"),
        mark(
            "The service may ask whether a carrier has the number of your account in your name since a day that it "
            "names, and is told whether that is prepaid or postpaid."
        ),
    ),
    VERIFY_NUMBER: Permission(
        mark("Check the phone number of the device in your hand"),
        mark(
            "When your carrier vouches for your device, the service may ask whether a number that it knows is the one "
            "in there."
        ),
    ),
    READ_NUMBER: Permission(
        mark("Read the phone number of the device in your hand"),
        mark("When your carrier vouches for your device, the service is told the number that is in there."),
    ),
}
"""By scope."""
