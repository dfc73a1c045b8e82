"""A make-believe country: who lives in it, and the population registry that knows them.

Everybody here is invented: personal ID numbers carry a place code, and phones a prefix, that belong to nobody. The rest
of the program meets this registry through the ports of `identity.register` only, as it meets a real one.
"""
