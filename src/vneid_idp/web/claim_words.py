"""Claims as a person reads them: what they are about, and how their values look.

Claims that tell one thing twice (`name` and `full_name`, a number and that it is verified) are one topic, hence one
line of a page and one decision. Each age threshold is a topic of its own: who tells to be over 16 tells nothing of 18.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.claims import AGE_OVER
from vneid_idp.web.formats import format_date, format_id_number, format_phone
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words import KIND_WORDS

Say = Callable[..., str]
"""Translate a message: `say(mark("Level %(level)s"), level=2)`."""
Values = Mapping[str, Any]
"""Claims and their values, without those that are not known."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of a page. `show` gives the values of its claims as text, or `None` when none of them is known."""

    key: str
    label: str
    claims: tuple[str, ...]
    show: Callable[[Values, Say], str | None]
    years: int | None = None
    """The threshold that its label speaks of."""
    heading: str | None = None
    """What stands, once on a page, over topics of one kind that are each decided by itself."""

    def name(self, say: Say) -> str:
        """What it is called."""
        return say(self.label) if self.years is None else say(self.label, years=self.years)


def _plain(*names: str) -> Callable[[Values, Say], str | None]:
    return lambda values, say: next((str(values[name]) for name in names if name in values), None)


def _name(values: Values, say: Say) -> str | None:
    whole = _plain("full_name", "name")(values, say)
    parts = [values[part] for part in ("family_name", "middle_name", "given_name") if part in values]
    return whole or " ".join(parts) or None


def _gender(values: Values, say: Say) -> str | None:
    words = {"male": mark("Male"), "female": mark("Female")}
    return say(words[values["gender"]]) if "gender" in values else None


def _birthdate(values: Values, say: Say) -> str | None:
    return format_date(values["birthdate"]) if "birthdate" in values else None


_BANDS = {
    "under_13": mark("Under 13 years old"),
    "13_15": mark("13 to 15 years old"),
    "16_17": mark("16 or 17 years old"),
    "18_plus": mark("18 years old or over"),
}


def _age_band(values: Values, say: Say) -> str | None:
    return say(_BANDS[values["age_band"]]) if "age_band" in values else None


@cache
def _threshold(claim: str, years: int) -> Topic:
    def shown(values: Values, say: Say) -> str | None:
        if claim not in values:
            return None
        return say(mark("%(years)s or over") if values[claim] else mark("Under %(years)s"), years=years)

    return Topic(
        claim, mark("Whether you have turned %(years)s"), (claim,), shown, years=years, heading=mark("Age thresholds")
    )


def _level(values: Values, say: Say) -> str | None:
    return say(mark("Level %(level)s"), level=values["identity_level"]) if "identity_level" in values else None


def _verified(claim: str, show: Callable[[str], str]) -> Callable[[Values, Say], str | None]:
    def shown(values: Values, say: Say) -> str | None:
        parts = [show(values[claim])] if claim in values else []
        if f"{claim}_verified" in values:
            parts.append(say(mark("verified")) if values[f"{claim}_verified"] else say(mark("not verified")))
        return " · ".join(parts) or None

    return shown


def _address(values: Values, say: Say) -> str | None:
    return values["address"].get("formatted") if "address" in values else None


def _day(claim: str) -> Callable[[Values, Say], str | None]:
    return lambda values, say: format_date(values[claim] * SECOND) if claim in values else None


def _both(*names: str) -> Callable[[Values, Say], str | None]:
    return lambda values, say: " · ".join(str(values[name]) for name in names if name in values) or None


def _id_number(values: Values, say: Say) -> str | None:
    return format_id_number(values["id_number"]) if "id_number" in values else None


def _account_level(values: Values, say: Say) -> str | None:
    return say(mark("Level %(level)s"), level=values["binding_level"]) if "binding_level" in values else None


_METHODS = {"own_proof": mark("The account holder"), "guardian": mark("A parent or guardian")}


def _account_method(values: Values, say: Say) -> str | None:
    return say(_METHODS[values["binding_method"]]) if "binding_method" in values else None


def _account_band(values: Values, say: Say) -> str | None:
    return say(_BANDS[values["binding_age_band"]]) if "binding_age_band" in values else None


def _account_supervised(values: Values, say: Say) -> str | None:
    if "binding_supervised" not in values:
        return None
    return say(mark("Supervised") if values["binding_supervised"] else mark("Not supervised"))


def _account_proved(values: Values, say: Say) -> str | None:
    return format_date(values["binding_verified_at"]) if "binding_verified_at" in values else None


def _account_abilities(values: Values, say: Say) -> str | None:
    if "binding_capabilities" not in values:
        return None
    words = KIND_WORDS["social_account"]
    may, may_not = [], []
    for found in values["binding_capabilities"].capabilities:
        action = say(words.actions[found.requirement.action]).lower()
        if found.reason is None:
            may.append(action)
        else:
            may_not.append(f"{action} ({say(words.reasons[found.reason])})")
    parts = [say(mark("It may: %(actions)s"), actions=", ".join(may))] if may else []
    parts += [say(mark("It may not: %(actions)s"), actions=", ".join(may_not))] if may_not else []
    return " · ".join(parts)


TOPICS = (
    Topic("name", mark("Full name"), ("full_name", "name", "family_name", "middle_name", "given_name"), _name),
    Topic("birthdate", mark("Date of birth"), ("birthdate",), _birthdate),
    *(_threshold(f"age_over_{years}", years) for years in (13, 16, 18)),
    Topic("age_band", mark("Age group"), ("age_band",), _age_band),
    Topic("gender", mark("Gender"), ("gender",), _gender),
    Topic("id_number", mark("Personal ID number"), ("id_number",), _id_number),
    Topic("identity", mark("Level of your electronic identity account"), ("identity_level",), _level),
    Topic(
        "identity_verified_since",
        mark("When your identity was verified"),
        ("identity_verified_since",),
        _day("identity_verified_since"),
    ),
    Topic(
        "phone",
        mark("Phone number"),
        ("phone_number", "phone_number_verified"),
        _verified("phone_number", format_phone),
    ),
    Topic("email", mark("Email"), ("email", "email_verified"), _verified("email", str)),
    Topic("address", mark("Permanent address"), ("address",), _address),
    Topic("nickname", mark("Nickname"), ("nickname",), _plain("nickname")),
    Topic("preferred_username", mark("Preferred user name"), ("preferred_username",), _plain("preferred_username")),
    Topic("picture", mark("Picture"), ("picture",), _plain("picture")),
    Topic("profile", mark("Profile page"), ("profile",), _plain("profile")),
    Topic("website", mark("Website"), ("website",), _plain("website")),
    Topic("locale", mark("Language and time zone"), ("locale", "zoneinfo"), _both("locale", "zoneinfo")),
    Topic("updated_at", mark("When your details last changed"), ("updated_at",), _day("updated_at")),
    Topic("binding_level", mark("Linked account: level of the identity behind it"), ("binding_level",), _account_level),
    Topic("binding_method", mark("Linked account: who proved it"), ("binding_method",), _account_method),
    Topic("binding_age_band", mark("Linked account: age group of its holder"), ("binding_age_band",), _account_band),
    Topic(
        "binding_supervised",
        mark("Linked account: whether a parent or guardian supervises it"),
        ("binding_supervised",),
        _account_supervised,
    ),
    Topic("binding_verified_at", mark("Linked account: when it was proved"), ("binding_verified_at",), _account_proved),
    Topic(
        "binding_capabilities", mark("Linked account: what it may do"), ("binding_capabilities",), _account_abilities
    ),
)
_TOPIC_OF = {claim: topic for topic in TOPICS for claim in topic.claims}
_PLACE = {topic.key: place for place, topic in enumerate(TOPICS)}


def topic_of(claim: str) -> Topic | None:
    """The topic of a claim, any `age_over_N` included; `None` for one that we do not know (any more)."""
    match = AGE_OVER.match(claim)
    return _threshold(claim, int(match[1])) if match else _TOPIC_OF.get(claim)


def topics_of(claims: Iterable[str]) -> list[Topic]:
    """The topics of `claims` in the order of `TOPICS`, each once, thresholds by age."""
    wanted = {topic.key: topic for topic in map(topic_of, claims) if topic is not None}
    return sorted(wanted.values(), key=_place)


def _place(topic: Topic) -> tuple[int, int]:
    return _PLACE["age_over_18"] if topic.years else _PLACE[topic.key], topic.years or 0


def smaller_proof_words(claim: str, value: bool) -> tuple[str, int]:
    """The words for an age threshold given in place of a claim, marked for translation, and the threshold."""
    match = AGE_OVER.match(claim)
    assert match is not None
    words = mark("Only tell that I am over %(years)s") if value else mark("Only tell that I am not yet %(years)s")
    return words, int(match[1])
