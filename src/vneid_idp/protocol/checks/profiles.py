"""The profiles of clients, as data: how strict the provider is with whom."""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.jose import SIGNING_ALGORITHMS


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """What a profile demands beyond what holds for everybody. Each field is read by the check that it names."""

    signing_algorithms: tuple[str, ...]
    """What clients may sign with when they registered no algorithm: assertions and request objects."""
    always_pushed: bool
    """Requests are pushed, whatever the client registered (`pushed`)."""
    always_pkce: bool
    """A code challenge is demanded of clients that authenticate, too (`code_challenge`)."""
    exact_auth_method: bool
    """A client authenticates by the method that it registered, and a secret in no other way (`client_auth`)."""


PROFILES: Mapping[ClientProfile, ProfileRules] = {
    ClientProfile.OIDC: ProfileRules(
        signing_algorithms=SIGNING_ALGORITHMS,
        always_pushed=False,
        always_pkce=False,
        exact_auth_method=False,
    ),
}
"""A profile is a row here, and a name in `ClientProfile`; which checks it asks for, `table.py` says."""

EVERY = frozenset(ClientProfile)
