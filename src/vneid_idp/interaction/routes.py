"""All pages of waiting requests. `/signin/second` stands before `/signin/{interaction}`, which would take it in."""

from vneid_idp.interaction import consent_screen, level, passkey, second_factor, signin, ward

routes = [
    *second_factor.routes,
    *passkey.routes,
    *signin.routes,
    *level.routes,
    *ward.routes,
    *consent_screen.routes,
]
