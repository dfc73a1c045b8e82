"""All pages of the app on a phone."""

from vneid_idp.phone import app_files, enrol, history, home, scan, sign_in

doors = [
    *home.doors,
    *enrol.doors,
    *history.doors,
    *scan.doors,
    *sign_in.doors,
    *app_files.doors,
]
