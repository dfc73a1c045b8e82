"""Subject identifiers: pairwise unless a client registered for public ones (OIDC Core §8)."""

import hmac
from base64 import urlsafe_b64encode

from vneid_idp.protocol.client import Client


def subject(client: Client, person_id: str, key: bytes) -> str:
    """The `sub` of a person for a client: the same within a sector, unlinkable between sectors (OIDC Core §8.1).

    Computed, never stored, and there is no way back from it to the person.
    """
    sector = client.sector if client.subject_type == "pairwise" else ""
    return subject_in(sector, person_id, key)


def subject_at(server_id: str, client_id: str, person_id: str, key: bytes) -> str:
    """The `sub` of a person in tokens of a client for a foreign resource server: of that pair alone, whatever the
    client is told itself.

    Were it the server's own, clients that read their tokens could compare by it whom they know; were it the client's,
    servers that serve the same client could. So a server knows a person again where the same client sends them, and
    nobody else can tell.
    """
    return subject_in(f"{server_id} {client_id}", person_id, key)


def session_name(client: Client, session_id: str, key: bytes) -> str:
    """The `sid` of a session for a client, made as the `sub` is.

    One name for all clients would link in one browser what pairwise subjects keep apart.
    """
    return subject_in(client.sector if client.subject_type == "pairwise" else "", session_id, key)


def subject_in(sector: str, person_id: str, key: bytes) -> str:
    """The `sub` of a person within `sector`; the empty sector is the public one."""
    return urlsafe_b64encode(hmac.digest(key, f"{sector}\0{person_id}".encode(), "sha256")).rstrip(b"=").decode()
