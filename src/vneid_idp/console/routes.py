"""All pages of the console."""

from vneid_idp.console import (
    client_domains,
    client_edit,
    client_new,
    client_purposes,
    client_secret,
    clients,
    deliveries,
    families,
    family_register,
    keys,
    overview,
    people,
    policy,
    policy_draft,
    register,
    resource_servers,
)

doors = [
    *overview.doors,
    *clients.doors,
    *client_new.doors,
    *client_edit.doors,
    *client_secret.doors,
    *client_purposes.doors,
    *client_domains.doors,
    *families.doors,
    *family_register.doors,
    *resource_servers.doors,
    *keys.doors,
    *policy.doors,
    *policy_draft.doors,
    *people.doors,
    *deliveries.doors,
    *register.doors,
]
