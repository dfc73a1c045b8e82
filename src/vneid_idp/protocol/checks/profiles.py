"""The profiles of clients, as data: how strict the provider is with whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vneid_idp.protocol.certificate import CERTIFICATE_METHODS
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.grant_types.names import CIBA, JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.jose import SIGNING_ALGORITHMS, STRONG_ALGORITHMS

_KEYS_ALONE = ("private_key_jwt", *CERTIFICATE_METHODS)


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """What a profile demands beyond what holds for everybody. Each field is read by the check that it names."""

    signing_algorithms: tuple[str, ...] = SIGNING_ALGORITHMS
    """What clients may sign with, whatever they registered (`client_auth`, `request_object`), and what is signed for
    them (`registration`)."""
    unsigned_objects: bool = True
    """A request object may be unsigned, where the client did not register otherwise (`request_object`)."""
    dated_objects: bool = False
    """A request object says for whom and for how long it is good, an hour at most (`request_object`)."""
    auth_methods: tuple[str, ...] | None = None
    """How its clients may authenticate (`registration`); `None` for all ways."""
    further_grant_types: tuple[str, ...] = ()
    """Grant types that its clients may have beside those of everybody (`profiled`)."""
    told_id_numbers: bool = False
    """Its clients may have scopes by which an ID number is told (`profiled`)."""
    compares_people: bool = False
    """Its clients may have scopes by which they compare what they have of people (`profiled`)."""
    calls_camara: bool = False
    """Its clients may have the scopes of CAMARA's APIs (`profiled`)."""
    always_pushed: bool = False
    """Requests are pushed, whatever the client registered (`table`)."""
    always_pkce: bool = False
    """A code challenge is demanded of clients that authenticate, too (`table`)."""
    exact_auth_method: bool = False
    """A client authenticates by the method that it registered, and a secret in no other way (`client_auth`)."""
    issuer_audience: bool = False
    """A client assertion is for the issuer alone, and no exception of the registration counts (`client_auth`)."""
    sender_constrained: bool = False
    """Tokens are bound to a key or a certificate (`possession`)."""
    rotates_refresh_tokens: bool = True
    """A refresh token is good once. Of a bound one a copy is worth nothing, and one that does not change can never be
    lost on the way (FAPI 2.0 §5.3.2.1, `granting`)."""
    signed_backchannel: bool = False
    """Requests without a browser are signed request objects (`table`)."""
    number_to_show: bool = False
    """The person picks in the app the number that the client shows (`provider/backchannel_authentication.py`)."""
    interaction_id: bool = False
    """Answers of resources name the interaction, `x-fapi-interaction-id` (`web/bearer.py`)."""


PROFILES: Mapping[ClientProfile, ProfileRules] = {
    ClientProfile.OIDC: ProfileRules(),
    ClientProfile.FAPI2: ProfileRules(
        signing_algorithms=STRONG_ALGORITHMS,
        unsigned_objects=False,
        dated_objects=True,
        auth_methods=_KEYS_ALONE,
        further_grant_types=(CIBA, TOKEN_EXCHANGE),
        told_id_numbers=True,
        compares_people=True,
        always_pushed=True,
        always_pkce=True,
        exact_auth_method=True,
        issuer_audience=True,
        sender_constrained=True,
        rotates_refresh_tokens=False,
        signed_backchannel=True,
        number_to_show=True,
        interaction_id=True,
    ),
    ClientProfile.CIBA: ProfileRules(
        signing_algorithms=STRONG_ALGORITHMS,
        unsigned_objects=False,
        dated_objects=True,
        auth_methods=_KEYS_ALONE,
        further_grant_types=(CIBA,),
        compares_people=True,
        exact_auth_method=True,
        sender_constrained=True,
        rotates_refresh_tokens=False,
        signed_backchannel=True,
        number_to_show=True,
        interaction_id=True,
    ),
    ClientProfile.CAMARA: ProfileRules(
        signing_algorithms=STRONG_ALGORITHMS,
        unsigned_objects=False,
        dated_objects=True,
        auth_methods=_KEYS_ALONE,
        further_grant_types=(CIBA, JWT_BEARER_GRANT),
        calls_camara=True,
        always_pkce=True,
        exact_auth_method=True,
        issuer_audience=True,
        signed_backchannel=True,
    ),
}
"""A profile is a row here, and a name in `ClientProfile`."""

PROFILED_GRANT_TYPES = frozenset(name for rules in PROFILES.values() for name in rules.further_grant_types)
"""The grant types that are not for everybody."""

EVERY = frozenset(ClientProfile)


def asking(rule: Callable[[ProfileRules], bool]) -> frozenset[ClientProfile]:
    """The profiles whose rules have this one."""
    return frozenset(profile for profile, rules in PROFILES.items() if rule(rules))
