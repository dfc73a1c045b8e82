"""The provider's reason codes and error codes in a visitor's words."""

import re
from dataclasses import dataclass

from .words import translate

_REASONS = {
    "not_checked": "The provider has not answered yet. Please try again in a moment.",
    "withheld": "You have not agreed that we are told what this account may do, so it may only view.",
    "account_not_verified": "This account is not verified yet, so it may only view.",
    "binding_suspended": "The verification is suspended.",
    "own_proof_required": "This needs the account holder's own proof of identity.",
    "level_too_low": "This needs an identity of level 2.",
}
_LAW = re.compile(r"Decree (?P<decree>\S+), Articles? (?P<articles>[^:]+)")

STATES = {
    "unverified": "not verified",
    "pending": "waiting",
    "verified": "verified",
    "suspended": "suspended",
    "released": "released",
    "revoked": "revoked",
}
AGE_BANDS = {"under_13": "under 13", "13_15": "13 to 15", "16_17": "16 or 17", "18_plus": "18 or over"}
PICTURES = {
    "tea": "iced tea with lime between two stools",
    "rain": "rain on an awning",
    "phin": "a coffee filter and a cat",
}


def reason_text(language: str, code: str | None) -> str:
    """Why an action is closed, as a sentence. Codes that this network does not know yet get a general one."""
    return translate(language, _REASONS.get(code or "", "The rules do not allow this for this account."))


def law_text(language: str, reference: str) -> str:
    """The provider's legal reference without its explanation, which the reason gives; in Vietnamese, as laws are cited
    there, if readable."""
    found = _LAW.match(reference)
    if language != "vi" or found is None:
        return reference.partition(": ")[0]
    articles = " và ".join(map(_cited, found["articles"].split(" and ")))
    return f"{articles[0].upper()}{articles[1:]} Nghị định {found['decree']}"


def _cited(article: str) -> str:
    """An article, its clause and its point (`23.3.e`), the smallest first."""
    parts = zip(("Điều", "khoản", "điểm"), article.split(".", 2), strict=False)
    return " ".join(f"{what} {which}" for what, which in reversed(tuple(parts)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page that ends a trip to the provider: what happened, what it means, what can be done now.

    `tone` is `good`, `calm` (the visitor's own choice) or `stop`; `actions` name buttons, the main one first.
    """

    title: str
    text: str
    meaning: str
    tone: str
    actions: tuple[str, ...]
    picture: str = "glass"
    causes: tuple[str, ...] = ()
    """What it may have been, where the provider does not say which."""


_FEED_STAYS = "Nothing has changed: you can go on reading. Posting, commenting, sharing and livestreaming stay closed."

OUTCOMES = {
    "verified": Outcome(
        "Your account is verified",
        "The provider has confirmed a level-2 identity. Welcome to the table!",
        "You can post, comment, share and livestream now. We still do not know your name.",
        "good",
        ("feed", "known"),
        "cheers",
    ),
    "supervised": Outcome(
        "The child's account is open",
        "A parent or guardian has registered this account and supervises it.",
        "The parent sees the account among the linked accounts at the provider and can release it at any time.",
        "good",
        ("feed", "known"),
        "cheers",
    ),
    "verified_kept": Outcome(
        "Your account is verified",
        "The provider has confirmed a level-2 identity. Welcome to the table!",
        "You can post, comment, share and livestream now. We keep your name, birth date and phone number, as the law"
        " demands, and show them to nobody here.",
        "good",
        ("feed", "known"),
        "cheers",
    ),
    "supervised_kept": Outcome(
        "The child's account is open",
        "A parent or guardian has registered this account and supervises it.",
        "We keep the parent's name, birth date and phone number, as the law demands, and nothing of the child's.",
        "good",
        ("feed", "known"),
        "cheers",
    ),
    "guardian_required": Outcome(
        "You are not 16 yet – ask a parent",
        "That is no fault of yours. Under 16, the law asks that a parent or guardian opens the account"
        " and keeps an eye on it.",
        "Hand the phone to a parent or guardian. They sign in with their own identity and choose you;"
        " it takes a minute.",
        "calm",
        ("parent", "feed"),
        "umbrella",
    ),
    "own_proof_required": Outcome(
        "From 16 on, everybody proves for themselves",
        "The person whom the guardian chose is 16 or over.",
        "They verify the account with their own identity; a guardian's is no longer needed.",
        "calm",
        ("verify_own", "feed"),
        "steps",
    ),
    "access_denied": Outcome(
        "You did not share anything",
        "Nothing was agreed to at the provider, and that is fine. We received nothing about you.",
        _FEED_STAYS,
        "calm",
        ("verify", "parent", "feed"),
    ),
    "access_denied_parent": Outcome(
        "You did not share anything",
        "You did not agree at the provider to register the child's account, and that is fine. We received nothing about"
        " you or a child.",
        _FEED_STAYS,
        "calm",
        ("verify", "feed"),
    ),
    "access_denied_signin": Outcome(
        "You are not signed in",
        "You did not sign in at the provider, and that is fine. We received nothing about you.",
        "You can go on reading. Your account stays as it was.",
        "calm",
        ("verify", "feed"),
    ),
    "partial_consent": Outcome(
        "One permission is missing",
        "You left out the permission to link this account."
        " Without it we cannot tell that the proof belongs to this account.",
        _FEED_STAYS,
        "calm",
        ("verify", "feed"),
    ),
    "level_required": Outcome(
        "The account could not be verified",
        "We need an identity of level 2, proved just now. One of these was missing:",
        "The provider does not tell us which. You can try again at any time: this page will still be here.",
        "stop",
        ("verify", "feed"),
        "steps",
        (
            "The electronic identity is of level 1. Level 2 is opened in person at the commune police or an ID card"
            " office.",
            "Only the password was given, and no second proof, such as the code by message.",
            "The identity cannot be used now. The provider says why when you sign in there.",
        ),
    ),
    "account_bound_to_another": Outcome(
        "This account belongs to somebody else",
        "Another person has already verified this account. One account belongs to one person.",
        "If it is really yours, ask the other person to release it first, or open an account of your own.",
        "stop",
        ("feed", "start_over"),
    ),
    "account_limit_reached": Outcome(
        "You have as many accounts as one person may",
        "You have reached the number of accounts that one person may verify here.",
        "Release an old account, then verify this one.",
        "stop",
        ("signin", "feed"),
    ),
    "binding_suspended": Outcome(
        "This account is suspended",
        "The account is yours, but its verification is suspended at the identity provider.",
        "Ask the provider why. At its own pages you can also release the account.",
        "stop",
        ("feed",),
    ),
    "link_ended": Outcome(
        "The link was ended",
        "You, or the parent or guardian who registered this account, released it at the provider or took back the"
        " consent that it needs.",
        "The account and its posts stay. It shows no badge any more, to nobody, and may only view; what we kept for"
        " the link is deleted. You can link it again at any time.",
        "calm",
        ("link_again", "holder", "feed"),
    ),
    "no_accounts": Outcome(
        "We do not know you yet",
        "No account here was verified by the person who just signed in.",
        "Choose a handle first, then verify the account. It takes a minute.",
        "calm",
        ("start_over", "feed"),
    ),
    "unreachable": Outcome(
        "The provider does not answer",
        "We could not reach the identity provider. It is not your fault.",
        "Please try again in a moment. Nothing has been lost.",
        "stop",
        ("verify", "feed"),
    ),
    "expired": Outcome(
        "That took too long",
        "The request has expired, was already used, or was started in another tab.",
        "Start again from here. Nothing has been shared with us.",
        "stop",
        ("verify", "feed"),
    ),
    "unknown": Outcome(
        "That did not work",
        "The provider refused the request.",
        _FEED_STAYS,
        "stop",
        ("verify", "feed"),
    ),
}

_SYNONYMS = {
    "unmet_authentication_requirements": "level_required",
    "insufficient_user_authentication": "level_required",
    "insufficient_scope": "partial_consent",
    "consent_required": "partial_consent",
    "link_not_confirmed": "expired",
    "login_required": "access_denied",
    "interaction_required": "access_denied",
    "mismatching_state": "expired",
    "invalid_grant": "expired",
    "invalid_token": "expired",
    "temporarily_unavailable": "unreachable",
    "server_error": "unreachable",
}


def outcome_name(code: str, kind: str) -> str:
    """The page for a code of the provider, for this kind of trip where that has one of its own; codes without any lead
    to `unknown`, which shows the code."""
    code = _SYNONYMS.get(code, code)
    own = f"{code}_{kind.partition('_')[0]}"
    return next((name for name in (own, code) if name in OUTCOMES), "unknown")
