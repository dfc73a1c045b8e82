"""Four-field matches: whether what a carrier has of a person agrees with the population register (Circular
08/2026/TT-BKHCN Art. 4).

A carrier names an ID number, a name, a birth date and a face, and is told for each whether it agrees, and no value.
`names` says when two names agree, `rules` what follows from the fields, `service` keeps what was found for as long as a
number may be bound on it. `mismatches` counts what a carrier said of an ID number and did not agree, also in registers.
Owns the tables `four_field_matches` and `mismatched_claims`.
"""
