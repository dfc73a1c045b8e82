"""Subscriptions to SIM swaps: what a client asked to be told of a person's number, until when, and where.

Each is of one client and one person, under the consent that the person gave. It hangs on no grant, since a swap ends
those that a code to the number opened (`use_cases.distrust_phone`). Owns the table `swap_subscriptions`.
"""
