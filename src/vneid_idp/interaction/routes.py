"""All pages of waiting requests, and the logos on them."""

from vneid_idp.interaction import consent_screen, level, logos, passkey, second_factor, signin, ward

doors = [
    *second_factor.doors,
    *passkey.doors,
    *signin.doors,
    *level.doors,
    *ward.doors,
    *consent_screen.doors,
    *logos.doors,
]
