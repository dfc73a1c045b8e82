"""`numbers/v1`: a carrier binds the mobile numbers that people confirmed, reads how its numbers stand, releases them.

A carrier sees the numbers of its own organisation alone, and no call leads from a number to a person.
"""
