"""The scopes of CAMARA's APIs, by which clients of the profile `camara` ask about somebody who agreed to it.

CAMARA has an operator decide by its law whether a client may ask in its own name, with a phone number in the request.
Here none may: whoever is asked about agrees to that before (Law 91/2025 on personal data, Article 9), so no scope of
these is one of a client's own, and each is a permission that a person gives.
"""

from collections.abc import Collection

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.permission import Permission

KYC_MATCH = "kyc-match:match"
AGE_VERIFICATION = "kyc-age-verification:verify"
TENURE = "kyc-tenure:check-tenure"
VERIFY_NUMBER = "number-verification:verify"
READ_NUMBER = "number-verification:device-phone-number:read"
SIM_SWAP = "sim-swap"
CHECK_SWAP = "sim-swap:check"
SWAP_DATE = "sim-swap:retrieve-date"
SUBSCRIBE_SWAPS = "sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create"
READ_SUBSCRIPTIONS = "sim-swap-subscriptions:read"
UNSUBSCRIBE_SWAPS = "sim-swap-subscriptions:delete"

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
    SIM_SWAP: Permission(
        mark("Ask whether, and when, your phone number got another SIM card"),
        mark(
            "The service may ask when your carrier last told of another SIM card for the number of your account, also "
            "by that number and when the number may be in other hands. It is told nothing of who has the number now."
        ),
    ),
    CHECK_SWAP: Permission(
        mark("Ask whether your phone number got another SIM card"),
        mark(
            "The service may ask whether your carrier told of another SIM card for the number of your account in the "
            "last hours or days, also by that number and when the number may be in other hands. It is answered yes or "
            "no."
        ),
    ),
    SWAP_DATE: Permission(
        mark("Ask when your phone number got another SIM card"),
        mark(
            "The service may ask when your carrier last told of another SIM card for the number of your account, also "
            "by that number and when the number may be in other hands. It is told nothing of who has the number now."
        ),
    ),
    SUBSCRIBE_SWAPS: Permission(
        mark("Be told as soon as your phone number gets another SIM card"),
        mark(
            "The service is told at the moment at which your carrier tells of another SIM card for the number of your "
            "account, or of its move to another carrier, until you withdraw. It is told nothing of who has the number "
            "then."
        ),
    ),
    READ_SUBSCRIPTIONS: Permission(
        mark("Look up what it is told of your SIM card"),
        mark("The service may look up whether, and until when, it is told of another SIM card for your number."),
    ),
    UNSUBSCRIBE_SWAPS: Permission(
        mark("End what it is told of your SIM card"),
        mark("The service may end being told of another SIM card for your number, before you withdraw."),
    ),
}
"""By scope."""
SWAP_SCOPES = frozenset({SIM_SWAP, CHECK_SWAP, SWAP_DATE, SUBSCRIBE_SWAPS, READ_SUBSCRIPTIONS, UNSUBSCRIBE_SWAPS})
"""What is asked about a number just when it may be in other hands (`lookup.find_holder`)."""


def asks_of_swaps(scope: Collection[str]) -> bool:
    """Whether that, and who it is under the client's own name for them, is all that is asked. Pure."""
    return not SWAP_SCOPES.isdisjoint(scope) and SWAP_SCOPES.issuperset(set(scope) - {"openid"})
