"""All pages of the portal."""

from vneid_idp.portal import accounts, history, overview, security, services

doors = [
    *overview.doors,
    *services.doors,
    *accounts.doors,
    *history.doors,
    *security.doors,
]
