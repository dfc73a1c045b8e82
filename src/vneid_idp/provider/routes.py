"""All doors of the protocol."""

from vneid_idp.provider import (
    authorize,
    backchannel_authentication,
    device_authorization,
    device_code,
    discovery,
    introspection,
    logout,
    par,
    protected_resources,
    registration,
    revocation,
    session_management,
    token,
    userinfo,
)

_announcing = [
    *token.doors,
    *authorize.doors,
    *userinfo.doors,
    *par.doors,
    *device_authorization.doors,
    *backchannel_authentication.doors,
    *introspection.doors,
    *revocation.doors,
    *discovery.doors,
    *logout.doors,
    *registration.doors,
    *session_management.doors,
]
doors = [
    *_announcing,
    *device_code.doors,
    *discovery.well_known_doors(_announcing),
    *protected_resources.doors,
]
