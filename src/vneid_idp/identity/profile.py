"""What an account can tell about its holder, as claims: standard ones (OpenID Connect Core §5.1) and ours.

A claim that is not known is left out, never guessed or empty; so the parts of a name are there only where the tradition
of naming has them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.ages import age_band, is_over
from vneid_idp.identity.provinces import CURRENT
from vneid_idp.identity.register.records import RegistryRecord, from_json
from vneid_idp.kernel.clock import Instant, to_seconds
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
    now: Instant
    issuer: str


def claims(names: Iterable[str], profile: Profile, account: Account, now: Instant, issuer: str) -> dict[str, Any]:
    """The values of those of `names` that are known, `age_over_N` for any N among them. `issuer` completes the
    address of a
    picture that this provider serves itself."""
    view = _View(profile.record, profile.own, account, now, issuer)
    values: dict[str, Any] = {}
    for name in names:
        reader = _CLAIMS.get(name)
        value = reader(view) if reader else _age_over(name, view)
        if value is not None:
            values[name] = value
    return values


def _age_over(name: str, view: _View) -> bool | None:
    match = AGE_OVER.match(name)
    return is_over(view.record.birth_date, int(match[1]), view.now) if match else None


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
    "updated_at": lambda view: to_seconds(view.account.updated_at),
    "email": lambda view: view.record.email,
    "email_verified": lambda view: bool(view.own.get("email_verified")) if view.record.email else None,
    "phone_number": lambda view: view.record.phone,
    # An account is opened with a number in the holder's own name, proven by a code (Decree 69/2024 Art. 10).
    "phone_number_verified": lambda view: True if view.record.phone else None,
    "address": _address,
    "identity_level": lambda view: view.account.level,
    "identity_verified_since": lambda view: to_seconds(view.account.level_verified_at),
    "age_over_13": lambda view: is_over(view.record.birth_date, 13, view.now),
    "age_over_16": lambda view: is_over(view.record.birth_date, 16, view.now),
    "age_over_18": lambda view: is_over(view.record.birth_date, 18, view.now),
    "age_band": lambda view: age_band(view.record.birth_date, view.now).value,
    "full_name": lambda view: view.record.full_name,
    "id_number": lambda view: view.record.personal_number,
}
