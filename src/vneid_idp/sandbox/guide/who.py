"""Which profile whom: the table of the guide's first page, of what the profiles themselves say."""

from dataclasses import dataclass

from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who integrates, as what they register, and the pages that they need."""

    who: str
    profile: ClientProfile
    pages: tuple[str, ...]
    is_app_of_organisation: bool = False
    """Whether they register a public client of a family."""

    @property
    def by_key(self) -> bool:
        """Whether their clients authenticate by a key or a certificate alone."""
        return PROFILES[self.profile].auth_methods is not None

    @property
    def bound(self) -> bool:
        """Whether their tokens are bound to a key or a certificate, without exception."""
        return self.is_app_of_organisation or PROFILES[self.profile].sender_constrained


READERS = (
    Reader(mark("A social network, or another service"), ClientProfile.OIDC, ()),
    Reader(
        mark("An app of a carrier's, on a phone"), ClientProfile.OIDC, ("token-exchange",), is_app_of_organisation=True
    ),
    Reader(
        mark("A carrier's back end, and whoever receives an ID number"),
        ClientProfile.FAPI2,
        ("sign-in", "certificates", "authorization-details", "resource-servers"),
    ),
    Reader(mark("A point of sale, a dealer"), ClientProfile.FAPI2, ("token-exchange", "device")),
    Reader(mark("A counter that asks people on their phones"), ClientProfile.CIBA, ("ciba", "authorization-details")),
    Reader(mark("A caller of the operators' APIs (CAMARA)"), ClientProfile.CAMARA, ("number-check", "ciba")),
)
