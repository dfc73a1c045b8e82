"""Flows of subscriber numbers."""
