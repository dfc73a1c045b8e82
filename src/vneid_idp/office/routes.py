"""All pages of the office."""

from vneid_idp.office import account, card, death, file, guardian, lock, passkey, phone, requests, search

doors = [
    *search.doors,
    *requests.doors,
    *file.doors,
    *account.doors,
    *phone.doors,
    *passkey.doors,
    *lock.doors,
    *guardian.doors,
    *card.doors,
    *death.doors,
]
