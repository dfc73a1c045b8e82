"""How something ended, in a visitor's words: the provider's codes and our own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page that ends an order: what happened, what it means, what can be done now.

    `tone` is `good`, `calm` (the visitor's own choice) or `stop`; `actions` name buttons, the main one first.
    """

    title: str
    text: str
    meaning: str
    tone: str
    actions: tuple[str, ...]
    picture: str = "sim"
    causes: tuple[str, ...] = ()
    """What it may have been, where the provider does not say which."""


_NOTHING = "Nothing was bought, and the number is still on sale."

OUTCOMES = {
    "verified": Outcome(
        "The number is yours",
        "Your ID number, name, birth date and face agree with the population register.",
        "You can call and be called at once. You see the number at the identity app too, and can give it back there.",
        "good",
        ("mine", "holder"),
        "waves",
    ),
    "confirmed": Outcome(
        "The number is in your name",
        "You confirmed it, and what you shared agrees with the population register.",
        "Your face was not compared. By law calls begin once it was: come to one of our shops for that.",
        "good",
        ("mine", "holder"),
        "waves",
    ),
    "point_verified": Outcome(
        "The number is the customer's",
        "They confirmed it on their own phone, and papers and face agree with the population register.",
        "Hand out the SIM. Nothing of the customer stays on this tablet.",
        "good",
        ("point",),
        "waves",
    ),
    "point_confirmed": Outcome(
        "The number is in the customer's name",
        "They confirmed it on their own phone, and the papers agree with the population register.",
        "The face was not compared, so the SIM stays closed for now.",
        "calm",
        ("point",),
    ),
    "point_fields_mismatch": Outcome(
        "What was typed does not agree",
        "ID number, name or birth date differ from the population register, or are another person's than the one who"
        " confirmed.",
        "Which of them it is, nobody tells the tablet. Compare with the card, and begin anew.",
        "stop",
        ("point",),
    ),
    "point_refused": Outcome(
        "The customer did not confirm",
        "They said no on their phone, or it took too long.",
        "Nothing was registered, and the number is still on sale.",
        "calm",
        ("point", "shelf"),
    ),
    "rechecking": Outcome(
        "A new phone: show your face again",
        "The law has us ask for your face whenever a number works in another phone.",
        "Without it, calls from this number stop after two hours; calls to it go on. It takes a minute.",
        "calm",
        ("mine", "holder"),
        "face",
    ),
    "frozen": Outcome(
        "The number is frozen",
        "Whoever has the lost SIM can do nothing with it: codes that go to it count no more, anywhere.",
        "Your new SIM works as soon as you have shown your face, or confirmed with a passkey at the identity app.",
        "calm",
        ("mine", "holder"),
    ),
    "old_confirmed": Outcome(
        "Your old number is confirmed",
        "You said in the identity app that it is yours.",
        "Nothing changes for your calls. You see the number at the identity app, and can give it back there.",
        "good",
        ("mine", "holder"),
        "waves",
    ),
    "not_my_number": Outcome(
        "This was not confirmed",
        "Somebody said no in the identity app, or picked another number than the one shown here.",
        "If the number is not yours, nothing else is to be done here.",
        "calm",
        ("old", "shelf"),
    ),
    "nobody_answered": Outcome(
        "Nobody answered",
        "Nobody answered in the identity app in time. Whether anybody is there we are not told.",
        "We can ask again. Without the app, come to one of our shops with your papers.",
        "calm",
        ("old", "shelf"),
    ),
    "asked_too_often": Outcome(
        "We have asked too often",
        "Nobody is asked more than a few times in ten minutes.",
        "Please try again later.",
        "calm",
        ("shelf",),
    ),
    "code_wrong": Outcome(
        "The code was wrong three times",
        "So this order is over.",
        "Nothing was bought, and the number is still on sale.",
        "stop",
        ("number", "shelf"),
    ),
    "released": Outcome(
        "You gave the number back",
        "The provider has forgotten whose it was.",
        "We keep what the law has us keep for two years. The number is on sale again.",
        "calm",
        ("shelf", "mine"),
    ),
    "already_customer": Outcome(
        "You have a number here already",
        "The identity app told us that you are a customer of ours. You are signed in now.",
        "Another number has its own place in your list, and the law asks for one more step. Please choose it"
        " once more.",
        "calm",
        ("number", "mine"),
    ),
    "sequence_taken": Outcome(
        "This is not your first number with us",
        "Our register has more numbers under your papers than we had counted.",
        "Each number has its own place in your list. Choose it once more, and confirm it as the next of yours. Nothing"
        " was bought yet.",
        "calm",
        ("number", "holder"),
    ),
    "ask_counted": Outcome(
        "You have another number with us",
        "Our register has more numbers under your papers than we had counted.",
        "Each number has its own place in your list. Let us ask you once more: this time we name the right one.",
        "calm",
        ("old", "shelf"),
    ),
    "too_many": Outcome(
        "A fourth number is for one of our shops",
        "One person registers up to three numbers in an app.",
        "By law further ones take a contract at one of our own shops.",
        "calm",
        ("mine",),
    ),
    "sold": Outcome(
        "Somebody was faster",
        "This number has just been sold.",
        "Nothing was bought. There are many others.",
        "calm",
        ("shelf",),
    ),
    "access_denied": Outcome(
        "You did not confirm the number",
        "You said no at the identity app, or it refused; we were told nothing about you.",
        _NOTHING,
        "calm",
        ("number", "shelf"),
    ),
    "partial_consent": Outcome(
        "Something is missing",
        "Without your ID number, name and birth date, and your word that the number is yours, the law does not let us"
        " register it.",
        _NOTHING,
        "calm",
        ("number", "shelf"),
    ),
    "face_mismatch": Outcome(
        "The face does not agree",
        "Whoever stood before the camera is not recognised as the person who confirmed the number.",
        "The number waits for you. A bad picture happens: try again, in good light. After a few tries it rests for a"
        " day.",
        "stop",
        ("camera", "shelf"),
        "face",
    ),
    "invalid_evidence": Outcome(
        "The camera saw no living face",
        "A photograph and a mask do not pass.",
        "The number waits for you. Stand before the camera yourself.",
        "stop",
        ("camera", "shelf"),
        "face",
    ),
    "fields_mismatch": Outcome(
        "What we have of you does not agree",
        "ID number, name or birth date differ from the population register.",
        "The number stays on sale. Have your papers corrected first, or come to one of our shops with them.",
        "stop",
        ("shelf",),
    ),
    "match_budget_spent": Outcome(
        "Too many tries",
        "Too often something did not agree. To protect everybody, no more is compared for a while.",
        "Come back tomorrow, or to one of our shops with your papers.",
        "stop",
        ("shelf",),
    ),
    "registry_unavailable": Outcome(
        "The population register does not answer",
        "It is not your fault, and nothing was compared.",
        "The number waits for you. Please try again in a few minutes.",
        "stop",
        ("camera", "shelf"),
    ),
    "number_bound_to_another": Outcome(
        "The number is in somebody else's name",
        "At the identity app this number belongs to another person.",
        "Choose another one. If it is yours, come to one of our shops with your papers.",
        "stop",
        ("shelf",),
    ),
    "number_takes_guardian": Outcome(
        "Under 15, a parent or guardian signs",
        "By law a parent or guardian signs for whoever is under 15.",
        "Come to one of our shops together. Nothing was bought.",
        "calm",
        ("shelf",),
    ),
    "channel_not_open": Outcome(
        "Please come to one of our shops",
        "With your papers, or at the level of your identity, a number cannot be registered this way.",
        "In our shops it can. Nothing was bought, and the number is still on sale.",
        "calm",
        ("shelf",),
    ),
    "contract_required": Outcome(
        "A fourth number is for one of our shops",
        "One person registers up to three numbers in an app.",
        "By law further ones take a contract at one of our own shops.",
        "calm",
        ("mine",),
    ),
    "point_sequence_taken": Outcome(
        "There are more numbers than that",
        "This person has more numbers with us already.",
        "Begin anew, as a further number of theirs. Nothing was registered.",
        "calm",
        ("point",),
    ),
    "number_suspended": Outcome(
        "The number rests",
        "It is yours, but your electronic identity cannot be used now.",
        "The identity app says why when you sign in there.",
        "stop",
        ("holder", "mine"),
    ),
    "insufficient_user_authentication": Outcome(
        "The identity is not strong enough",
        "For this, the identity app must know you at level 2.",
        "Level 2 is opened in person at the commune police. Or come to one of our shops with your papers.",
        "stop",
        ("shelf",),
    ),
    "number_unknown": Outcome(
        "We do not know this number",
        "It does not stand in our register any more, or was given to somebody else.",
        "Look at the identity app again, or come to one of our shops with your papers.",
        "calm",
        ("holder", "shelf"),
    ),
    "no_customer": Outcome(
        "We do not know you yet",
        "Nobody with this identity has a number of ours.",
        "Choose a number first. It takes two minutes.",
        "calm",
        ("shelf",),
    ),
    "unreachable": Outcome(
        "The identity app does not answer",
        "We could not reach it. It is not your fault.",
        "Nothing has been lost. Please try again in a moment.",
        "stop",
        ("camera", "shelf"),
    ),
    "expired": Outcome(
        "That took too long",
        "What you agreed to has expired, was already used, or was begun in another browser.",
        "Nothing was bought by it. What you bought before is under My numbers; otherwise start again from here.",
        "stop",
        ("number", "mine", "shelf"),
    ),
    "unknown": Outcome(
        "That did not work",
        "The provider refused the request.",
        _NOTHING,
        "stop",
        ("number", "shelf"),
    ),
}

_SYNONYMS = {
    "unmet_authentication_requirements": "insufficient_user_authentication",
    "login_required": "access_denied",
    "interaction_required": "access_denied",
    "consent_required": "access_denied",
    "insufficient_scope": "partial_consent",
    "invalid_grant": "expired",
    "invalid_token": "expired",
    "invalid_request_uri": "expired",
    "number_not_confirmed": "expired",
    "match_not_usable": "expired",
    "number_frozen": "frozen",
    "overtaken": "unreachable",
    "temporarily_unavailable": "unreachable",
    "server_error": "unreachable",
}


def outcome_of(code: str) -> Outcome:
    """The page for a code; those without one of their own have that of `unknown`, which shows the code."""
    return OUTCOMES.get(_SYNONYMS.get(code, code), OUTCOMES["unknown"])
