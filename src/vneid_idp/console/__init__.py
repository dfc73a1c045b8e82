"""Face: the operator's console. Clients, keys, what waits to leave, and how everything stands.

Whoever looks after the provider signs in through it, at level 2, with the role `operator`. Routes: `/console`,
`/console/clients`, `/console/keys`, `/console/deliveries`. It decides nothing: commands and the admin API call the same
functions, and every change says who and why.
"""
