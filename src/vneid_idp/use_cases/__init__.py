"""Use cases: what is done with a person's identity as a whole, across domains, and in one transaction each.

Pages, APIs, commands and workers call the same ones. Each takes a unit and what was found out before it was opened;
none talks to anybody outside. Whoever acts in a person's name holds the person's row, whoever takes something away
seizes it (identity/persons.py). Routes: none.
"""
