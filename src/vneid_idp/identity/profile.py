"""What an account can tell about its holder, as claims: standard ones (OpenID Connect Core §5.1) and ours.

A claim that is not known is left out, never guessed or empty; so the parts of a name are there only where the tradition
of naming has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.ages import age_band, is_over
from vneid_idp.identity.provinces import CURRENT
from vneid_idp.identity.register.records import RegistryRecord, from_json
from vneid_idp.kernel.clock import Instant, local_date, midnight, to_seconds
from vneid_idp.protocol.claims import AGE_OVER

COLUMN = "accounts.profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """What stands, sealed, in `accounts.profile`: the registry's record as of the last sign-in, and what the holder
    added (`nickname`, `picture`, `website`, `profile`, `preferred_username`, `zoneinfo`, `locale`,
    `email_verified`)."""

    record: RegistryRecord
    own: dict[str, Any] = field(default_factory=dict)


def read_profile(value: dict[str, Any]) -> Profile:
    """The profile from its stored JSON value."""
    return Profile(from_json(value["record"]), value["own"])


@dataclass(frozen=True, slots=True)
class _View:
    record: RegistryRecord
    own: dict[str, Any]
    account: Account
    issuer: str


def claims(wanted: Mapping[str, Instant], profile: Profile, account: Account, issuer: str) -> dict[str, Any]:
    """The values of those claims `wanted` that are known, `age_over_N` for any N among them.

    An age is told as of the moment that stands with its claim, everything else as it is now. `issuer` completes the
    address of a picture that this provider serves itself.
    """
    view = _View(profile.record, profile.own, account, issuer)
    values: dict[str, Any] = {}
    for name, at in wanted.items():
        reader = _CLAIMS.get(name)
        value = reader(view) if reader else _age(name, profile.record.birth_date, at)
        if value is not None:
            values[name] = value
    return values


def _day(instant: Instant) -> int:
    """The beginning of the day, as the pages show it. The second is a person's own, and services that know nothing of
    each other's pseudonyms would know the person by it."""
    return to_seconds(midnight(local_date(instant)))


def _age(name: str, birth_date: date, at: Instant) -> bool | str | None:
    if name == "age_band":
        return age_band(birth_date, at).value
    match = AGE_OVER.match(name)
    return is_over(birth_date, int(match[1]), at) if match else None


def _own(name: str) -> Callable[[_View], Any]:
    return lambda view: view.own.get(name)


def _picture(view: _View) -> str | None:
    picture: str | None = view.own.get("picture")
    return view.issuer + picture if picture and picture.startswith("/") else picture


def _address(view: _View) -> dict[str, str] | None:
    """The address claim (OpenID Connect Core §5.1.1): the commune is the locality, the province the region."""
    address = view.record.address
    if address is None:
        return None
    members = {
        "formatted": address.formatted,
        "street_address": address.street,
        "locality": address.ward,
        "region": CURRENT[address.province],
        "postal_code": address.postal_code,
        "country": "VN",
    }
    return {name: value for name, value in members.items() if value}


# All but ages, which `_age` tells.
_CLAIMS: dict[str, Callable[[_View], Any]] = {
    "name": lambda view: view.record.full_name,
    "given_name": lambda view: view.record.given_name,
    "family_name": lambda view: view.record.family_name,
    "middle_name": lambda view: view.record.middle_name,
    "nickname": _own("nickname"),
    "preferred_username": _own("preferred_username"),
    "profile": _own("profile"),
    "picture": _picture,
    "website": _own("website"),
    "gender": lambda view: view.record.sex.value,
    "birthdate": lambda view: view.record.birth_date.isoformat(),
    "zoneinfo": _own("zoneinfo"),
    "locale": _own("locale"),
    "updated_at": lambda view: _day(view.account.updated_at),
    "email": lambda view: view.record.email,
    "email_verified": lambda view: bool(view.own.get("email_verified")) if view.record.email else None,
    "phone_number": lambda view: view.record.phone,
    # An account is opened with a number in the holder's own name, proven by a code (Decree 69/2024 Art. 10).
    "phone_number_verified": lambda view: True if view.record.phone else None,
    "address": _address,
    "identity_level": lambda view: view.account.level,
    "identity_verified_since": lambda view: _day(view.account.level_verified_at),
    "full_name": lambda view: view.record.full_name,
    "id_number": lambda view: view.record.personal_number,
}
