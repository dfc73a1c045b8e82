"""All pages of the portal."""

from vneid_idp.portal import accounts, child_request, guardian, history, overview, security, services

doors = [
    *overview.doors,
    *services.doors,
    *accounts.doors,
    *guardian.doors,
    *child_request.doors,
    *history.doors,
    *security.doors,
]
