"""Who does what operators do in tests, and why."""

from vneid_idp.audit.deeds import Deed

DEED = Deed("ops-1", "A test needs it")
WHY = ("--by", "ops-1", "--reason", "A test needs it")
"""The same at the command line."""
