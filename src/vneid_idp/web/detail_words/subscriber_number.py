"""How pages speak of a phone number that a carrier registers in somebody's name."""

from collections.abc import Mapping

from vneid_idp.protocol.details.detail_type import Detail
from vneid_idp.web.claim_words import Say
from vneid_idp.web.detail_words.words import DetailWords
from vneid_idp.web.formats import format_phone
from vneid_idp.web.i18n import mark

CHANNELS = {
    "identity_app": mark("in the identity app"),
    "carrier_app": mark("in the carrier's app"),
    "carrier_point": mark("at a point of sale of the carrier"),
    "authorised_point": mark("at an authorised point of sale"),
}
CONTRACTS = {"prepaid": mark("prepaid"), "postpaid": mark("postpaid")}
_NO_BREAK = "\u00a0"


def _values(detail: Detail, say: Say) -> Mapping[str, str]:
    return {
        "number": format_phone(detail["phone_number"]).replace(" ", _NO_BREAK),
        "contract": say(CONTRACTS[detail["contract"]]),
        "channel": say(CHANNELS[detail["channel"]]),
        "sequence": str(detail["sequence"]),
        "organisation": detail.get("organisation_code", ""),
    }


_IN_RECEIPT = {"number": mark("that was shown here")}
_ONCE = mark("This confirms one number, once. For any other one you are asked again.")
_OF_CHILD = DetailWords(
    heading=mark("Register this phone number for the child?"),
    sentence=mark(
        "The phone number %(number)s is to be registered at %(service)s in the name of the child that you chose: "
        "%(contract)s, as number %(sequence)s of the child there, %(channel)s."
    ),
    values=_values,
    emphasised="number",
    follows=(
        mark(
            "As parent or guardian you agree to it in writing here, and the number stands under your supervision. If "
            "you did not ask for this yourself, refuse."
        ),
        _ONCE,
    ),
    history=mark("You confirmed that %(service)s registers a phone number for a child."),
    in_receipt=_IN_RECEIPT,
)
_OF_ORGANISATION = DetailWords(
    heading=mark("Do you use this phone number of an organisation?"),
    sentence=mark(
        "The phone number %(number)s belongs to the organisation with the code %(organisation)s at %(service)s: "
        "%(contract)s. You are to be recorded as the one who uses it, %(channel)s."
    ),
    values=_values,
    emphasised="number",
    follows=(
        mark(
            "The number stays the organisation's, and does not count among yours. Confirm only if the organisation "
            "gave it to you to use. If not, refuse."
        ),
        _ONCE,
    ),
    history=mark("You confirmed that %(service)s registers a phone number in your name."),
    in_receipt=_IN_RECEIPT,
)


def _instead(detail: Detail) -> DetailWords | None:
    return _OF_ORGANISATION if "organisation_code" in detail else None


WORDS = DetailWords(
    heading=mark("Register this phone number in your name?"),
    sentence=mark(
        "The phone number %(number)s is to be registered in your name at %(service)s: %(contract)s, as number "
        "%(sequence)s of yours there, %(channel)s."
    ),
    values=_values,
    emphasised="number",
    follows=(mark("Confirm only if you asked for this yourself, and it is your number. If not, refuse."), _ONCE),
    history=mark("You confirmed that %(service)s registers a phone number in your name."),
    in_receipt=_IN_RECEIPT,
    instead=_instead,
    of_child=_OF_CHILD,
)
