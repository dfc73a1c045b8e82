"""All pages of waiting requests."""

from vneid_idp.interaction import (
    activate,
    await_guardian,
    by_phone,
    choose_child,
    consent_screen,
    guardian_acts,
    passkey,
    reach_level,
    second_factor,
    signin,
    switch_person,
)

doors = [
    *activate.doors,
    *second_factor.doors,
    *passkey.doors,
    *by_phone.doors,
    *signin.doors,
    *switch_person.doors,
    *reach_level.doors,
    *guardian_acts.doors,
    *choose_child.doors,
    *consent_screen.doors,
    *await_guardian.doors,
]
