"""What of a registration counts under the profile of its client (`checks/profiles.py`).

Asked when somebody registers, which is then refused, and again whenever a registration is read: one that was made when
the profiles had other rules, or the client another profile, opens nothing that its profile does not have by now.
"""

from collections.abc import Iterable

from vneid_idp.protocol.camara import CAMARA_PERMISSIONS
from vneid_idp.protocol.checks.profiles import PROFILED_GRANT_TYPES, PROFILES
from vneid_idp.protocol.claims import FOUR_FIELDS, ID_NUMBER_CLAIMS, SCOPE_CLAIMS
from vneid_idp.protocol.client import ClientProfile


def scopes_of_profile(profile: ClientProfile, scopes: Iterable[str]) -> tuple[str, ...]:
    """Those of `scopes` that a client of this profile may have: one by which an ID number is told, or what a client has
    of people is compared, and those of CAMARA's APIs are for few.

    The former is known by its claims, so no scope to come has to be named anywhere else.
    """
    rules = PROFILES[profile]
    return tuple(
        name
        for name in scopes
        if (rules.told_id_numbers or ID_NUMBER_CLAIMS.isdisjoint(SCOPE_CLAIMS.get(name, ())))
        and (rules.compares_people or name != FOUR_FIELDS)
        and (rules.calls_camara or name not in CAMARA_PERMISSIONS)
    )


def grant_types_of_profile(profile: ClientProfile, grant_types: Iterable[str]) -> tuple[str, ...]:
    """Those of `grant_types` that a client of this profile may have."""
    further = PROFILES[profile].further_grant_types
    return tuple(name for name in grant_types if name not in PROFILED_GRANT_TYPES or name in further)
