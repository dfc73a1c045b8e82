"""Core: clock, identifiers and secrets, sealed values, the base error. Imports nothing of ours and does no I/O."""
