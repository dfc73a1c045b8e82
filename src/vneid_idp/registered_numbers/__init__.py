"""Numbers as they stand in carriers' registers: of which class each is, what was asked and answered, and what is due.

Whether a number is bound to somebody is another matter (`bindings.subscriber_numbers`): here is every number that a
carrier has, also of nobody. A holder is a keyed digest of the personal ID number; the number itself is sealed under a
key of its carrier, who is told it with each instruction. Owns the tables `registered_numbers`, `carrier_keys`,
`register_uploads`, `register_faults` and `ladder_plans`.
"""
