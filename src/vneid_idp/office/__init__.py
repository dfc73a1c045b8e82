"""Face: the registration office. A clerk enrols whoever comes in person; officers lock in the authority's name.

Whoever works here signs in through the provider itself, at level 2, and holds a role (identity/offices/roles.py).
People are found by their full ID number only, for a reason that they can read in their own history. Routes: `/office`,
`/office/people/{file}` and what is done there, `/office/requests`. It decides nothing: see `use_cases`.
"""
