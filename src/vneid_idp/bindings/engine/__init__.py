"""The engine of bindings: identity, facts, moves, one holder a resource, limits, repeated requests. For every kind.

A kind is a value (`kind.BindingKind`): a table, a lifecycle, and what its rows mean. The engine knows no state, no move
and no column of any kind, so that another kind is a folder beside `social_accounts` and a line in `bindings.kinds`.
"""
