"""Numbers of registers."""
