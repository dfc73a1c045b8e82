"""All pages of waiting requests, and the logos on them.

`/signin/second` stands before `/signin/{interaction}`, which would take it in.
"""

from vneid_idp.interaction import consent_screen, level, logos, passkey, second_factor, signin, ward

routes = [
    *second_factor.routes,
    *passkey.routes,
    *signin.routes,
    *level.routes,
    *ward.routes,
    *consent_screen.routes,
    *logos.routes,
]
