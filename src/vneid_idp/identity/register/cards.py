"""How long a card is good for.

Law 26/2023/QH15 Art. 21: a citizen's card is renewed at 14, 25, 40 and 60; one issued within two years before such a
birthday is good until the one after it; one issued from 58 on is good for life.
"""

from datetime import date
from enum import StrEnum

from vneid_idp.identity.ages import birthday
from vneid_idp.identity.register.records import Card
from vneid_idp.kernel.clock import Instant, midnight

RENEWAL_AGES = (14, 25, 40, 60)


class CardStatus(StrEnum):
    """What a card is worth at an instant."""

    VALID = "valid"
    EXPIRED = "expired"
    NONE = "none"


def citizen_card_expiry(birth_date: date, issued_on: date) -> date | None:
    """The first day on which a citizen's card is no longer good; nothing if it is good for life."""
    for years in RENEWAL_AGES:
        if issued_on < birthday(birth_date, years - 2):
            return birthday(birth_date, years)
    return None


def card_expires_at(card: Card | None) -> Instant | None:
    """The instant at which a card stops being good: midnight, Viet Nam time, at the start of its day of expiry."""
    if card is None or card.expires_on is None:
        return None
    return midnight(card.expires_on)


def card_status(card: Card | None, now: Instant) -> CardStatus:
    """Whether there is a card and it is good at `now`."""
    if card is None:
        return CardStatus.NONE
    expires_at = card_expires_at(card)
    return CardStatus.VALID if expires_at is None or now < expires_at else CardStatus.EXPIRED
