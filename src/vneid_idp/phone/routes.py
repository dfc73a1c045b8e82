"""All pages of the app on a phone."""

from vneid_idp.phone import app_files, enrol, history, home, notices, requests, scan, sign_in, wait

doors = [
    *home.doors,
    *enrol.doors,
    *wait.doors,
    *requests.doors,
    *history.doors,
    *notices.doors,
    *scan.doors,
    *sign_in.doors,
    *app_files.doors,
]
