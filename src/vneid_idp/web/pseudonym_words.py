"""By which identifier a service knows a person, in words. Pure."""

from vneid_idp.protocol.client import Client
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark

_OWN = mark(
    "The service knows you by a pseudonym that is made for it alone, so that services cannot compare what they know "
    "about you."
)
_SECTOR = mark(
    "Services at %(host)s know you by one pseudonym that is made for them alone. They can tell that you are the same "
    "person, and no other services can."
)
_PUBLIC = mark(
    "The service knows you by an identifier that some other services know as well. They can tell that you are the same "
    "person."
)
_OWN_OF_CHILD = mark(
    "The service knows the child by a pseudonym that is made for it alone, so that services cannot compare what "
    "they know."
)
_SECTOR_OF_CHILD = mark(
    "Services at %(host)s know the child by one pseudonym that is made for them alone. They can tell that it is the "
    "same person, and no other services can."
)
_PUBLIC_OF_CHILD = mark(
    "The service knows the child by an identifier that some other services know as well. They can tell that it is the "
    "same person."
)

_FAMILY = mark(
    "Other applications of the organisation that runs the service may act for it here, within what you agree to. They "
    "know you by the same identifier, and your history names them."
)
_FAMILY_OF_CHILD = mark(
    "Other applications of the organisation that runs the service may act for it here, within what is agreed to. They "
    "know the child by the same identifier, and the history names them."
)


def pseudonym(client: Client, say: Say, *, of_child: bool = False) -> str:
    """What a service can compare with others, and who may act for it; `of_child` where a parent or guardian reads
    it."""
    known_by = _known_by(client, say, of_child)
    if client.family is None:
        return known_by
    return f"{known_by} {say(_FAMILY_OF_CHILD if of_child else _FAMILY)}"


def _known_by(client: Client, say: Say, of_child: bool) -> str:
    if client.subject_type != "pairwise":
        return say(_PUBLIC_OF_CHILD if of_child else _PUBLIC)
    if client.shared_sector is not None:
        return say(_SECTOR_OF_CHILD if of_child else _SECTOR, host=client.shared_sector)
    return say(_OWN_OF_CHILD if of_child else _OWN)
