"""All pages of the portal."""

from vneid_idp.portal import (
    accounts,
    again,
    ages_anew,
    child_request,
    child_told,
    guardian,
    history,
    numbers,
    overview,
    own_requests,
    passkeys,
    phones,
    registered,
    security,
    services,
    taking_back,
)

doors = [
    *overview.doors,
    *own_requests.doors,
    *services.doors,
    *accounts.doors,
    *numbers.doors,
    *registered.doors,
    *guardian.doors,
    *taking_back.doors,
    *again.doors,
    *ages_anew.doors,
    *child_told.doors,
    *child_request.doors,
    *history.doors,
    *security.doors,
    *passkeys.doors,
    *phones.doors,
]
