"""All pages of waiting requests."""

from vneid_idp.interaction import activate, consent_screen, level, passkey, second_factor, signin, ward

doors = [
    *activate.doors,
    *second_factor.doors,
    *passkey.doors,
    *signin.doors,
    *level.doors,
    *ward.doors,
    *consent_screen.doors,
]
