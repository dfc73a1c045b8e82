"""Mobile numbers of carriers, registered in the name of a person (Circular 08/2026/TT-BKHCN Article 4).

A number belongs to the organisation of the clients that bind it (`family`), and within it to one person. It is kept as
a keyed digest, and sealed under the person's own key, so that its holder can read it and nobody else.
"""
