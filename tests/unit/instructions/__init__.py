"""Instructions to carriers."""
