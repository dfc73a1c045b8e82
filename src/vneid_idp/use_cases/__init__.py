"""Use cases: what is done with a person's identity as a whole, across domains, and in one transaction each.

Pages, APIs, commands and workers call the same ones, and each refuses by itself what cannot be done. It takes a unit
and what was found out before that was opened. The few that ask or tell the register (`report_to_registry`,
`change_phone`, `simulate_policy`) open their units themselves, before and after. Whoever acts in a person's name holds
the person's row, whoever takes something away seizes it (identity/persons.py). Routes: none.
"""
