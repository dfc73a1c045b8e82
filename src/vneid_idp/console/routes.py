"""All pages of the console."""

from vneid_idp.console import clients, deliveries, keys, overview, people

doors = [*overview.doors, *clients.doors, *keys.doors, *deliveries.doors, *people.doors]
