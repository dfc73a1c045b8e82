"""What carriers are told to do with numbers of their registers, in which order, and what they said came of it.

An instruction is made in the very unit that changes the facts of its number. How it reaches the carrier is another
matter: pushed or fetched as a signed event, or read from a list. Owns the table `instructions`.
"""
