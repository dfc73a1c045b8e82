"""What is delivered, and how each channel does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND, Instant


class Channel(StrEnum):
    """What is delivered. Rows name it, so a member is never renamed."""

    SMS = "sms"
    LOGOUT_TOKEN = "logout_token"
    LOGO = "logo"
    PHONE_NOTICE = "phone_notice"
    BACKCHANNEL_ANSWER = "backchannel_answer"
    SECURITY_EVENTS = "security_events"
    SWAP_EVENTS = "swap_events"


class Addressee(StrEnum):
    """Whose id `recipient` is."""

    PERSON = "person"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel delivers.

    The pause after attempt n is drawn from nothing up to `first_pause` · `growth` to the n - 1, and never beyond
    `longest_pause`: exponential backoff with full jitter, so that what failed together does not come back together.
    """

    addressee: Addressee
    first_pause: Instant
    longest_pause: Instant
    growth: int
    most_attempts: int | None
    """After so many it is given up; `None` means never."""
    at_most_once: bool = False
    """Whether a repeat does more harm than a loss. An attempt whose outcome nobody knows is then the last one; else it
    is made again, and the receiver recognises a repeat by the id of the delivery."""
    in_order: bool = False
    """Whether a delivery waits until the earlier ones to the same recipient are through."""
    per_recipient: int = 4
    """How many are under way to one recipient at a time, in all processes: one that hangs holds up only its own."""
    head_start: Instant = 0
    """How long workers leave a new delivery to the process that caused it, which sends it before it answers."""
    patience: Instant = 0
    """How long that process waits for the outcome before it answers all the same."""
    renewed_after: Instant | None = None
    """A delivery that arrived is made again after so long; `None` means that it is done."""


MANNERS: Mapping[Channel, Manner] = {
    # At most once: a phone that rings twice unsettles, a lost code is asked for again. In order: a later code takes the
    # place of an earlier one, so they must not overtake each other.
    Channel.SMS: Manner(
        Addressee.PERSON,
        first_pause=2 * SECOND,
        longest_pause=20 * SECOND,
        growth=2,
        most_attempts=8,
        at_most_once=True,
        in_order=True,
        head_start=2 * SECOND,
        patience=SECOND,
    ),
    # At least once: a session that stays open is the harm. `jti` is the id of the delivery, so a repeat is recognised
    # (OpenID Connect Back-Channel Logout 1.0 §2.6).
    Channel.LOGOUT_TOKEN: Manner(
        Addressee.CLIENT,
        first_pause=30 * SECOND,
        longest_pause=6 * HOUR,
        growth=4,
        most_attempts=6,
        head_start=10 * SECOND,
        patience=6 * SECOND,
    ),
    # At least once: a phone shows what waits now, however often it is told to look. Soon, since somebody waits. It is
    # left to the workers, so that whoever asks does not learn from the time of an answer whether there is a phone.
    Channel.PHONE_NOTICE: Manner(
        Addressee.PERSON,
        first_pause=SECOND,
        longest_pause=10 * SECOND,
        growth=2,
        most_attempts=6,
    ),
    # At least once: fetching a picture again changes nothing. Never given up, since it may yet appear. Who registers
    # waits for it, so that the first page that names the client shows it.
    Channel.LOGO: Manner(
        Addressee.CLIENT,
        first_pause=10 * SECOND,
        longest_pause=DAY,
        growth=6,
        most_attempts=None,
        patience=6 * SECOND,
        renewed_after=DAY,
    ),
    # At least once: who hears it twice polls twice. Soon, since somebody waits at a counter; not for long, since the
    # client asks by itself, too.
    Channel.BACKCHANNEL_ANSWER: Manner(
        Addressee.CLIENT,
        first_pause=SECOND,
        longest_pause=20 * SECOND,
        growth=3,
        most_attempts=6,
        head_start=5 * SECOND,
    ),
    # At least once: an event keeps its `jti`. One delivery a client stands for all that it has not received, in order;
    # never given up, since each event is tried for days of its own (`instructions.stream`).
    Channel.SECURITY_EVENTS: Manner(
        Addressee.CLIENT,
        first_pause=5 * SECOND,
        longest_pause=HOUR,
        growth=3,
        most_attempts=None,
    ),
    # At least once: `id` is that of the delivery, so a repeat is recognised (CloudEvents 1.0 §3.1). Soon, since a bank
    # is about to send a code to that number; for a day, since it may still ask then.
    Channel.SWAP_EVENTS: Manner(
        Addressee.CLIENT,
        first_pause=2 * SECOND,
        longest_pause=HOUR,
        growth=3,
        most_attempts=40,
    ),
}

LEASE: Instant = MINUTE
"""How long a delivery that was taken stays taken. Far longer than `SECONDS`: only a process that died lets it pass."""
SECONDS = 10.0
"""How long an attempt may take, whatever its sender does."""
