"""How often a secret may be tried, and how much strangers may leave here."""

from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, Instant
from vneid_idp.web.limits import Limit, LimitTable, Secret, Subject

_WHOLE_SERVICE = Limit(20_000, 15 * MINUTE)
# Failures at one relying party. A low figure would be a weapon: whoever uses it up locks all its people out, and an
# address may fail a hundred times. This one takes two hundred addresses that fail all they may, and more than half of
# what a process can hash in that time (some 33,000); by then it protects everybody else's sign-in.


def _networks(amount: int, window: Instant) -> dict[Subject, tuple[Limit, ...]]:
    """Of an address, and of the networks around it, which bear more than one address in it: a noisy one leaves
    something to those around."""
    wider = (Subject.ADDRESS, amount), (Subject.NETWORK_56, 2 * amount), (Subject.NETWORK_48, 4 * amount)
    return {subject: (Limit(most, window),) for subject, most in wider}


_AROUND = {**_networks(100, 15 * MINUTE), Subject.CLIENT: (_WHOLE_SERVICE,)}

_LEFT_BY_STRANGERS = {**_networks(3_000, 15 * MINUTE), Subject.CLIENT: (Limit(600_000, 15 * MINUTE),)}

# What no browser opens is gone within minutes. Were it counted for longer, who used all up would leave nothing that
# those who come later could take the place of.
_UNOPENED = {
    **_networks(400, 2 * MINUTE),
    Subject.CLIENT: (Limit(80_000, 2 * MINUTE),),
}

LIMITS: LimitTable = {
    # The account is the name by which it was tried, the ID number and the phone apart (`Candidate.attempts_key`). One
    # address locks nobody out elsewhere, a few together lock strangers out, and in a browser that it knows the account
    # has attempts of its own. A passcode is one of a million: fifty guesses a day at each of the two names find it once
    # in twenty-five years.
    Secret.SIGN_IN: {
        Subject.KNOWN_BROWSER: (Limit(5, 15 * MINUTE), Limit(20, DAY)),
        Subject.GUEST: (Limit(5, 15 * MINUTE), Limit(20, DAY)),
        Subject.STRANGERS: (Limit(15, 15 * MINUTE), Limit(50, DAY)),
        **_AROUND,
    },
    Secret.SECOND_FACTOR: {
        Subject.ACCOUNT: (Limit(5, 15 * MINUTE), Limit(50, DAY)),
        **_AROUND,
    },
    # Nothing can be guessed here: it is for the work that junk makes.
    Secret.PASSKEY: {
        Subject.KNOWN_BROWSER: (Limit(1_000, 15 * MINUTE),),
        **_networks(1_000, 15 * MINUTE),
    },
    # Each message costs money and can annoy a stranger.
    Secret.MESSAGE: {
        Subject.ACCOUNT: (Limit(5, 15 * MINUTE), Limit(20, DAY)),
    },
    # Any site can lead a browser to such a page. What it uses up leaves some to who presses the button.
    Secret.UNASKED_MESSAGE: {
        Subject.ACCOUNT: (Limit(3, 15 * MINUTE), Limit(10, DAY)),
    },
    Secret.CLIENT_SECRET: {
        Subject.ADDRESS: (Limit(50, MINUTE),),
        Subject.CLIENT: (Limit(1_000, HOUR),),
    },
    # Anybody may bring one: decrypting and verifying them is work.
    Secret.REQUEST_OBJECT: _networks(50, MINUTE),
    # Who may leave no more here makes room among the own requests (`provider/waiting.py`). What is spent on one's own
    # account comes first: who has no more takes nothing from those around.
    Secret.WAITING_REQUEST: {
        Subject.ACCOUNT: (Limit(300, 15 * MINUTE),),
        Subject.KNOWN_BROWSER: (Limit(300, 15 * MINUTE),),
        **_LEFT_BY_STRANGERS,
    },
    Secret.UNOPENED_REQUEST: _UNOPENED,
    Secret.PUSHED_REQUEST: {
        Subject.CLIENT: (Limit(600_000, 15 * MINUTE),),
    },
    # They stand for ten minutes. A client that proves itself spends what is its own.
    Secret.POLLED_REQUEST: {
        **_networks(300, 10 * MINUTE),
        Subject.CLIENT: (Limit(60_000, 10 * MINUTE),),
    },
    # Who is asked again and again agrees in the end, to be left alone.
    Secret.PROMPT: {
        Subject.ACCOUNT_AT_CLIENT: (Limit(5, 10 * MINUTE),),
        Subject.ACCOUNT: (Limit(10, 10 * MINUTE),),
    },
    # Of 20^8 codes: whoever finds one may answer for a stranger's device, with an account of their own.
    Secret.USER_CODE: _networks(20, 15 * MINUTE),
    Secret.PHONE_SIGN_IN: {
        **_networks(300, 15 * MINUTE),
        Subject.CLIENT: (Limit(60_000, 15 * MINUTE),),
    },
    Secret.PATTERN: _networks(3_000, 15 * MINUTE),
    # A portion takes a worker some hundredths of a second: this is a tenth of one.
    Secret.SUBJECT_HINT: {
        Subject.CLIENT: (Limit(2_000, 10 * MINUTE),),
    },
    # Of mismatches. Birth dates are some thirty thousand: at five a day, from however many clients, half of them take
    # eight years. The client's come first: who has none left takes none of anybody's.
    Secret.MATCH: {
        Subject.CLIENT: (Limit(20, HOUR),),
        Subject.ACCOUNT: (Limit(5, DAY),),
    },
    Secret.CERTIFICATE: {
        Subject.ADDRESS: (Limit(300, 15 * MINUTE),),
    },
    Secret.REGISTRATION: {
        # Of one that changes itself: the record of events keeps each change.
        Subject.CLIENT: (Limit(200, HOUR),),
        **_networks(1_000, HOUR),
    },
}
"""Defaults of this project; no law gives figures."""

SANDBOX_LIMITS: LimitTable = {
    **LIMITS,
    # Here a message costs nothing and reaches nobody, and a developer repeats one person's sign-in all day.
    Secret.MESSAGE: {Subject.ACCOUNT: (Limit(200, 15 * MINUTE),)},
    Secret.UNASKED_MESSAGE: {Subject.ACCOUNT: (Limit(200, 15 * MINUTE),)},
    # Nobody is bothered either, and a suite of tests asks one person all day.
    Secret.PROMPT: {
        Subject.ACCOUNT_AT_CLIENT: (Limit(200, 10 * MINUTE),),
        Subject.ACCOUNT: (Limit(1_000, 10 * MINUTE),),
    },
}
"""As `LIMITS`, whose rules on secrets hold in the sandbox as they do in production."""
