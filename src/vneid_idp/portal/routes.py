"""All pages of the portal."""

from vneid_idp.portal import accounts, history, overview, security, services, signout

routes = [
    *overview.routes,
    *services.routes,
    *accounts.routes,
    *history.routes,
    *security.routes,
    *signout.routes,
]
