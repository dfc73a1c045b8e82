"""Use cases: what is done with a person's identity as a whole, across domains; nearly each is one transaction.

Pages, APIs, commands and workers call the same ones, and each refuses by itself what cannot be done. It takes a unit
and what was found out before that was opened. A few take the database and open their units themselves: those that ask
or tell the register, before and after (`look_up_person`, `report_to_registry`, `change_phone`, `retry_set_aside`,
`simulate_policy`), and those of the workers that go from person to person (`rest_expired`, `rest_unsupervised`).
Whoever acts in a person's name holds the person's row, whoever takes something away seizes it (identity/persons.py).
Routes: none.
"""
