"""Delivery: what has to leave this provider after a commit, to whom, when next, and what came of it.

One queue for every kind of call outwards. Whoever causes one writes it down in the transaction of the change, so that
nothing leaves for a change that was rolled back and nothing is lost with the process; a dispatcher in every process
sends. A new kind is a member of `Channel`, a line in `MANNERS` and a `Sender`. Owns the table `deliveries`.
"""
