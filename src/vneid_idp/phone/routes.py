"""All pages of the app on a phone."""

from vneid_idp.phone import app_files, enrol, home

doors = [
    *home.doors,
    *enrol.doors,
    *app_files.doors,
]
