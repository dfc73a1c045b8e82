"""All doors of the protocol."""

from vneid_idp.provider import (
    authorize,
    discovery,
    introspection,
    logout,
    par,
    registration,
    revocation,
    token,
    userinfo,
)

doors = [
    *token.doors,
    *authorize.doors,
    *userinfo.doors,
    *par.doors,
    *introspection.doors,
    *revocation.doors,
    *discovery.doors,
    *logout.doors,
    *registration.doors,
]
