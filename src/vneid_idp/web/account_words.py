"""How an account stands, in the words of those who work here."""

from collections.abc import Mapping

from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.web.i18n import mark

STANDING_WORDS: Mapping[AccountStanding, str] = {
    AccountStanding.USABLE: mark("can be used"),
    AccountStanding.CLOSED: mark("closed"),
    AccountStanding.DECEASED: mark("the holder is deceased"),
    AccountStanding.LOCKED_BY_AUTHORITY: mark("locked by an authority"),
    AccountStanding.LOCKED_BY_HOLDER: mark("locked by the holder"),
    AccountStanding.NO_CARD: mark("there is no card"),
    AccountStanding.CARD_EXPIRED: mark("the card has expired"),
}
