"""How an account stands, in the words of those who work here."""

from collections.abc import Mapping

from vneid_idp.identity.account_rules import Standing
from vneid_idp.web.i18n import mark

STANDINGS: Mapping[Standing, str] = {
    Standing.USABLE: mark("can be used"),
    Standing.CLOSED: mark("closed"),
    Standing.DECEASED: mark("the holder is deceased"),
    Standing.LOCKED_BY_AUTHORITY: mark("locked by an authority"),
    Standing.LOCKED_BY_HOLDER: mark("locked by the holder"),
    Standing.NO_CARD: mark("there is no card"),
    Standing.CARD_EXPIRED: mark("the card has expired"),
}
