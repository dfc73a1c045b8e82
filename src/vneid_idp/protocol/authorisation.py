"""What a client may do, for whom, on which ground: one value from the code to the last token.

It travels sealed inside codes and, for what is stored, as one column of a grant, as a JSON array in the order of the
fields. Both outlive many versions of this program: never reorder; new fields go last and have defaults. A version that
does not know a field leaves it aside: one that restricts is read by every worker before the first one writes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.operator_tokens import DeviceNumber
from vneid_idp.protocol.targets import Target, targets_from_json, targets_to_json


class Origin(StrEnum):
    """How an authorisation came about."""

    BROWSER = "browser"
    """A person agreed in a browser (RFC 6749 §4.1)."""
    CLIENT = "client"
    """A client acts in its own name (RFC 6749 §4.4)."""
    DEVICE = "device"
    """A person agreed in a browser to what began on another device (RFC 8628)."""
    BACKCHANNEL = "backchannel"
    """A person agreed in the app to what a client had asked for elsewhere (CIBA Core §7)."""
    EXCHANGE = "exchange"
    """Derived from another client's access token (RFC 8693)."""
    ASSERTION = "assertion"
    """A client named a person by an assertion, under a consent that stands (RFC 7523 §2.1)."""

    @property
    def signs_in(self) -> bool:
        """Whether a person was there, of whose sign-in an ID token tells."""
        return self not in (Origin.CLIENT, Origin.EXCHANGE, Origin.ASSERTION)


@dataclass(frozen=True, slots=True)
class Child:
    """A child for whom a parent or guardian acts."""

    person_id: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a token is bound to: `method` is the member of `cnf` (RFC 7800 §3.1), `jkt` (RFC 9449 §6.1) or `x5t#S256`
    (RFC 8705 §3.1), `thumbprint` its base64url value."""

    method: str
    thumbprint: str


@dataclass(frozen=True, slots=True)
class ParentGrant:
    """The grant from which another was derived, perhaps another client's: it ends with it."""

    client_id: str
    grant_id: str
    above: int = 0
    """How many grants stand above this one."""


@dataclass(frozen=True, slots=True)
class AuthorisationGround:
    """What an authorisation stands on. Without a session it does not end with a browser's."""

    consent_id: str
    session_id: str | None = None
    parent: ParentGrant | None = None

    @property
    def above(self) -> int:
        """How many grants stand above the one that this is the ground of."""
        return 0 if self.parent is None else self.parent.above + 1


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Who may do what for whom, as far as which proof, and what it stands on.

    `subject` is the person, or `None` where a client acts in its own name; then there is no `ground` either.
    """

    client_id: str
    subject: str | None
    scope: tuple[str, ...]
    origin: Origin
    ground: AuthorisationGround | None = None
    on_behalf_of: Child | None = None
    claims: ClaimsRequest = field(default_factory=dict)
    """What the `claims` parameter asked for (OIDC Core §5.5)."""
    details: Details = ()
    """`authorization_details` as granted (RFC 9396 §7)."""
    level: int = 0
    acr: str = ""
    """What ID tokens say of the sign-in, with `amr`; nothing where nobody asked, or the person was not told that it is
    asked."""
    amr: tuple[str, ...] = ()
    auth_time: Instant = 0
    bound_to: Confirmation | None = None
    actors: tuple[str, ...] = ()
    """Client ids of those who act for the subject, the outermost first (RFC 8693 §4.1)."""
    link: bool = False
    """Whether the person confirmed that one account is linked, on the page of this very request. It is used up with the
    first account (`grants.use_link`), so the grant says whether it still counts."""
    targets: tuple[Target, ...] = ()
    """The resources that were asked for by name (RFC 8707); without any it is for our own APIs."""
    acts_for: str | None = None
    """The client whose authorisation this one was made from, where that is another: the person agreed with it, or it
    acts in its own name. What counts is judged by both (`permitted.py`)."""
    purpose: str | None = None
    """The one registered purpose that this is for; `None` for all that the person agreed to."""
    device_number: DeviceNumber | None = None
    """The number in the device of the person, where a carrier vouched for it (`operator_tokens.py`)."""
    by_message: bool = True
    """Whether it rests on the person's phone number: a code by message is among the proofs of the session, or the
    number is by what the person was named. It ends when the number gets into other hands. Of what earlier versions
    wrote nobody can tell any more, and it ends as well."""

    @property
    def holder(self) -> str | None:
        """Whom it is about: the child for whom the person acts, else the person."""
        return self.subject if self.on_behalf_of is None else self.on_behalf_of.person_id

    @property
    def above(self) -> int:
        """How many grants stand above its own; its tokens say it, so that they are looked up with the right ones."""
        return 0 if self.ground is None else self.ground.above

    def to_json(self) -> list[Any]:
        """The array that is sealed or stored."""
        return [value if write is None else write(value) for write, value in zip(_WRITERS, _fields(self), strict=True)]

    @classmethod
    def from_json(cls, values: list[Any]) -> "Authorisation":
        """The authorisation that `to_json` of this or an earlier version wrote."""
        return cls(*[value if read is None else read(value) for read, value in zip(_READERS, values, strict=False)])


def confirmation_to_json(bound_to: Confirmation | None) -> list[str] | None:
    """What is sealed of a confirmation."""
    return None if bound_to is None else [bound_to.method, bound_to.thumbprint]


def confirmation_from_json(value: list[str] | None) -> Confirmation | None:
    """The confirmation that `confirmation_to_json` wrote."""
    return None if value is None else Confirmation(*value)


def _ground_to_json(ground: AuthorisationGround | None) -> list[str | int | None] | None:
    if ground is None:
        return None
    parent = ground.parent
    above = () if parent is None else (parent.client_id, parent.grant_id, parent.above)
    return [ground.consent_id, ground.session_id, *above]


def _ground_from_json(value: list[Any] | None) -> AuthorisationGround | None:
    if value is None:
        return None
    consent_id, session_id, *parent = value
    return AuthorisationGround(consent_id, session_id, ParentGrant(*parent) if parent else None)


_NAMES = tuple(Authorisation.__dataclass_fields__)
_fields = attrgetter(*_NAMES)
_WRITE: Mapping[str, Callable[[Any], Any]] = {
    "ground": _ground_to_json,
    "on_behalf_of": lambda child: None if child is None else child.person_id,
    "bound_to": confirmation_to_json,
    "targets": targets_to_json,
    "device_number": lambda number: None if number is None else number.to_json(),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "scope": tuple,
    "origin": Origin,
    "ground": _ground_from_json,
    "on_behalf_of": lambda person_id: None if person_id is None else Child(person_id),
    "details": tuple,
    "amr": tuple,
    "bound_to": confirmation_from_json,
    "actors": tuple,
    "targets": targets_from_json,
    "device_number": DeviceNumber.from_json,
}
# By place, and nothing called for a field that is written as it is: each sign-in writes two of them and reads three.
_WRITERS = tuple(_WRITE.get(name) for name in _NAMES)
_READERS = tuple(_READ.get(name) for name in _NAMES)


def check_possession(bound_to: Confirmation | None, proof: Confirmation | None, refusal: type[OAuthError]) -> None:
    """Require of a bound code or token that who presents it has proven the key (RFC 9449 §5, §7.2, §10, RFC 8705 §3).

    What is bound to nothing is a bearer's, and a proof beside it changes nothing.
    """
    if bound_to is None or bound_to == proof:
        return
    if bound_to.method == "jkt":
        raise refusal("This is bound to a key, and the request does not prove that key.", about="dpop")
    raise refusal(
        "This is bound to a client certificate, and the request does not show that certificate.", about="certificate"
    )
