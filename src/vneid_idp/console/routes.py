"""All pages of the console."""

from vneid_idp.console import clients, deliveries, keys, overview, people, policy, policy_draft

doors = [
    *overview.doors,
    *clients.doors,
    *keys.doors,
    *policy.doors,
    *policy_draft.doors,
    *people.doors,
    *deliveries.doors,
]
