"""All doors of the protocol, the hot ones first."""

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

routes = [
    *token.routes,
    *authorize.routes,
    *userinfo.routes,
    *par.routes,
    *introspection.routes,
    *revocation.routes,
    *discovery.routes,
    *logout.routes,
    *registration.routes,
]
