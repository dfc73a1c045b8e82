"""`redirect_uri`: prove where the answer may go."""

from vneid_idp.protocol.authorization import RESPONSE_MODES, AuthorizationRequest, ReturnAddress
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest, UnregisteredAddress
from vneid_idp.protocol.params import Params


def return_address(client: Client, params: Params) -> ReturnAddress:
    """Prove the redirect URI against the registration (`Client.has_redirect_uri`).

    Until this returns, an error must be a page: redirecting to an address that a stranger chose is an open redirector.
    Raises `InvalidRequest`.
    """
    redirect_uri = params.get("redirect_uri")
    if redirect_uri is None:
        raise InvalidRequest("redirect_uri is missing.")
    if not client.has_redirect_uri(redirect_uri):
        raise UnregisteredAddress(
            "redirect_uri is not one of the redirect_uris that this client registered (exact match).",
            redirect_uri,
            client.redirect_uris,
        )
    mode = params.get("response_mode", "query")
    return ReturnAddress(redirect_uri, mode if mode in RESPONSE_MODES else "query", params.get("state"))


def check_still_registered(client: Client, asked: AuthorizationRequest) -> None:
    """Prove the address of a request that has been waiting once more: what the operator took away meanwhile gets no
    answer, neither a code nor an error, and what a client asked that was deleted another under its id did not ask.
    Raises `InvalidRequest`."""
    if asked.registered_at not in (0, client.issued_at):
        raise InvalidRequest("The client that made this request was deleted; another has its client_id now.")
    if asked.redirect_uri is not None and not client.has_redirect_uri(asked.redirect_uri):
        raise InvalidRequest("redirect_uri is no longer one of the redirect_uris that this client registered.")


def check_redirect_uri(draft: RequestDraft) -> None:
    """Gives the return address."""
    draft.address = return_address(draft.client, draft.params)
