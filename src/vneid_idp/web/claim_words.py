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
from vneid_idp.web.formats import format_date, format_id_number, format_language, format_phone, format_time_zone
from vneid_idp.web.i18n import mark
from vneid_idp.web.kind_words import KIND_WORDS

Say = Callable[..., str]
"""Translate a message: `say(mark("Level %(level)s"), level=2)`."""
Values = Mapping[str, Any]
"""Claims and their values, without those that are not known."""
Show = Callable[[Values, Say, str], str | None]
"""Values as text, in words and in the form of a language."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Topics that stand together on a page that names many, and what stands over them."""

    place: int
    title: str


WHO, AGES = Kind(0, mark("Identity")), Kind(1, mark("Age thresholds"))
CONTACT, OWN_WORDS = Kind(2, mark("Contact")), Kind(3, mark("Profile"))
ACCOUNT = Kind(4, mark("What the linked account tells"))


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of a page. `show` gives the values of its claims as text, or `None` when none of them is known."""

    key: str
    label: str
    claims: tuple[str, ...]
    show: Show
    kind: Kind
    years: int | None = None
    """The threshold that its label speaks of."""
    is_picture: bool = False
    """Whether its value is the address of a picture."""
    label_in_kind: str | None = None
    """What it is called under the title of its kind, where that says a part of it."""

    def name(self, say: Say) -> str:
        """What it is called."""
        return say(self.label) if self.years is None else say(self.label, years=self.years)

    def name_in_kind(self, say: Say) -> str:
        """What it is called under the title of its kind."""
        return self.name(say) if self.label_in_kind is None else say(self.label_in_kind)


def _plain(*names: str) -> Show:
    return lambda values, say, locale: next((str(values[name]) for name in names if name in values), None)


def _name(values: Values, say: Say, locale: str) -> str | None:
    whole = _plain("full_name", "name")(values, say, locale)
    parts = [values[part] for part in ("family_name", "middle_name", "given_name") if part in values]
    return whole or " ".join(parts) or None


def _gender(values: Values, say: Say, locale: str) -> str | None:
    words = {"male": mark("Male"), "female": mark("Female")}
    return say(words[values["gender"]]) if "gender" in values else None


def _birthdate(values: Values, say: Say, locale: str) -> str | None:
    return format_date(values["birthdate"]) if "birthdate" in values else None


_BANDS = {
    "under_13": mark("Under 13 years old"),
    "13_15": mark("13 to 15 years old"),
    "16_17": mark("16 or 17 years old"),
    "18_plus": mark("18 years old or over"),
}


def _age_band(values: Values, say: Say, locale: str) -> str | None:
    return say(_BANDS[values["age_band"]]) if "age_band" in values else None


@cache
def _threshold(claim: str, years: int) -> Topic:
    def shown(values: Values, say: Say, locale: str) -> str | None:
        if claim not in values:
            return None
        return say(mark("%(years)s or over") if values[claim] else mark("Under %(years)s"), years=years)

    return Topic(claim, mark("Whether at least %(years)s years old"), (claim,), shown, AGES, years)


def _level(values: Values, say: Say, locale: str) -> str | None:
    return say(mark("Level %(level)s"), level=values["identity_level"]) if "identity_level" in values else None


def _verified(claim: str, show: Callable[[str], str]) -> Show:
    def shown(values: Values, say: Say, locale: str) -> str | None:
        parts = [show(values[claim])] if claim in values else []
        if f"{claim}_verified" in values:
            parts.append(say(mark("verified")) if values[f"{claim}_verified"] else say(mark("not verified")))
        return " · ".join(parts) or None

    return shown


def _address(values: Values, say: Say, locale: str) -> str | None:
    return values["address"].get("formatted") if "address" in values else None


def _day(claim: str) -> Show:
    return lambda values, say, locale: format_date(values[claim] * SECOND) if claim in values else None


def _locale(values: Values, say: Say, locale: str) -> str | None:
    parts = [format_language(values["locale"], locale)] if "locale" in values else []
    parts += [format_time_zone(values["zoneinfo"], locale)] if "zoneinfo" in values else []
    return " · ".join(parts) or None


def _id_number(values: Values, say: Say, locale: str) -> str | None:
    return format_id_number(values["id_number"]) if "id_number" in values else None


def _account_level(values: Values, say: Say, locale: str) -> str | None:
    return say(mark("Level %(level)s"), level=values["binding_level"]) if "binding_level" in values else None


_METHODS = {"own_proof": mark("The account holder"), "guardian": mark("A parent or guardian")}


def _account_method(values: Values, say: Say, locale: str) -> str | None:
    return say(_METHODS[values["binding_method"]]) if "binding_method" in values else None


def _account_band(values: Values, say: Say, locale: str) -> str | None:
    return say(_BANDS[values["binding_age_band"]]) if "binding_age_band" in values else None


def _account_supervised(values: Values, say: Say, locale: str) -> str | None:
    if "binding_supervised" not in values:
        return None
    return say(mark("Supervised") if values["binding_supervised"] else mark("Not supervised"))


def _account_proved(values: Values, say: Say, locale: str) -> str | None:
    return format_date(values["binding_verified_at"]) if "binding_verified_at" in values else None


def _account_abilities(values: Values, say: Say, locale: str) -> str | None:
    if "binding_capabilities" not in values:
        return None
    words = KIND_WORDS["social_account"]
    may: list[str] = []
    may_not: dict[str, list[str]] = {}
    for found in values["binding_capabilities"].capabilities:
        action = say(words.actions[found.requirement.action]).lower()
        if found.reason is None:
            may.append(action)
        else:
            may_not.setdefault(say(words.reasons[found.reason]), []).append(action)
    parts = [say(mark("It may: %(actions)s"), actions=", ".join(may))] if may else []
    # What several actions fail by is said once.
    refused = "; ".join(f"{', '.join(actions)} ({reason})" for reason, actions in may_not.items())
    parts += [say(mark("It may not: %(actions)s"), actions=refused)] if may_not else []
    return " · ".join(parts)


TOPICS = (
    Topic("name", mark("Full name"), ("full_name", "name", "family_name", "middle_name", "given_name"), _name, WHO),
    Topic("birthdate", mark("Date of birth"), ("birthdate",), _birthdate, WHO),
    *(_threshold(f"age_over_{years}", years) for years in (13, 16, 18)),
    Topic("age_band", mark("Age group"), ("age_band",), _age_band, WHO),
    Topic("gender", mark("Gender"), ("gender",), _gender, WHO),
    Topic("id_number", mark("Personal ID number"), ("id_number",), _id_number, WHO),
    Topic("identity", mark("Level of the electronic identity account"), ("identity_level",), _level, WHO),
    Topic(
        "identity_verified_since",
        mark("When the identity was verified"),
        ("identity_verified_since",),
        _day("identity_verified_since"),
        WHO,
    ),
    Topic(
        "phone",
        mark("Phone number"),
        ("phone_number", "phone_number_verified"),
        _verified("phone_number", format_phone),
        CONTACT,
    ),
    Topic("email", mark("Email"), ("email", "email_verified"), _verified("email", str), CONTACT),
    Topic("address", mark("Permanent address"), ("address",), _address, CONTACT),
    Topic("nickname", mark("Nickname"), ("nickname",), _plain("nickname"), OWN_WORDS),
    Topic(
        "preferred_username",
        mark("Preferred user name"),
        ("preferred_username",),
        _plain("preferred_username"),
        OWN_WORDS,
    ),
    Topic("picture", mark("Picture"), ("picture",), _plain("picture"), OWN_WORDS, is_picture=True),
    Topic("profile", mark("Profile page"), ("profile",), _plain("profile"), OWN_WORDS),
    Topic("website", mark("Website"), ("website",), _plain("website"), OWN_WORDS),
    Topic("locale", mark("Language and time zone"), ("locale", "zoneinfo"), _locale, OWN_WORDS),
    Topic("updated_at", mark("When the details last changed"), ("updated_at",), _day("updated_at"), OWN_WORDS),
    Topic(
        "binding_level",
        mark("Linked account: level of the identity behind it"),
        ("binding_level",),
        _account_level,
        ACCOUNT,
        label_in_kind=mark("Level of the identity behind it"),
    ),
    Topic(
        "binding_method",
        mark("Linked account: who proved it"),
        ("binding_method",),
        _account_method,
        ACCOUNT,
        label_in_kind=mark("Who proved it"),
    ),
    Topic(
        "binding_age_band",
        mark("Linked account: age group of its holder"),
        ("binding_age_band",),
        _account_band,
        ACCOUNT,
        label_in_kind=mark("Age group of its holder"),
    ),
    Topic(
        "binding_supervised",
        mark("Linked account: whether a parent or guardian supervises it"),
        ("binding_supervised",),
        _account_supervised,
        ACCOUNT,
        label_in_kind=mark("Whether a parent or guardian supervises it"),
    ),
    Topic(
        "binding_verified_at",
        mark("Linked account: when it was proved"),
        ("binding_verified_at",),
        _account_proved,
        ACCOUNT,
        label_in_kind=mark("When it was proved"),
    ),
    Topic(
        "binding_capabilities",
        mark("Linked account: what it may do"),
        ("binding_capabilities",),
        _account_abilities,
        ACCOUNT,
        label_in_kind=mark("What it may do"),
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
