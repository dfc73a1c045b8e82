"""All pages of the portal."""

from vneid_idp.portal import accounts, history, overview, security, services, signout

doors = [
    *overview.doors,
    *services.doors,
    *accounts.doors,
    *history.doors,
    *security.doors,
    *signout.doors,
]
