"""Audit: what happened. One append-only table, written in the transaction of the change that it describes.

The citizen's history, the operator's trail and every later feed of events read the same rows. They hold pseudonymous
ids and no personal data, and are hash-chained in batches, so that a change behind the program's back shows.
"""
