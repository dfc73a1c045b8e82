"""A registry server to develop against: `registry/v1` on the make-believe population, as a real one would offer it.

`vneid-idp --sandbox registry serve` runs it beside the sandbox; the same contract test asks it and the population
directly. It believes signed requests only (RFC 9421), and signs what it answers.
"""
