"""All pages of the office."""

from vneid_idp.office import file, passkey, requests, search

doors = [*search.doors, *requests.doors, *passkey.doors, *file.doors]
