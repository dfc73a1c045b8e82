"""Two people say that one number of a carrier is theirs: what opens a dispute, what each tells, and how it ends.

The carrier decides. What the two tell is sealed under its key, and neither learns who the other is. Also remembered is
that a carrier was refused to bind a number to somebody since another has it, so that they can claim it. Owns the tables
`disputes` and `refused_numbers`.
"""
