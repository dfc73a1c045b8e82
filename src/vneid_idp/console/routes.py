"""All pages of the console."""

from vneid_idp.console import clients, deliveries, keys, overview

doors = [*overview.doors, *clients.doors, *keys.doors, *deliveries.doors]
