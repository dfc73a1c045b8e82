"""Everything of a request has an upper bound: it waits in the database, is echoed in a URL, or travels in the code."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.params import LONGEST_REQUEST, printable

_LONGEST = {
    "state": 4096,
    "nonce": 1024,
    "claims": 4096,
    "login_hint": 512,
    "ui_locales": 256,
    "id_token_hint": LONGEST_REQUEST,
    "client_assertion": LONGEST_REQUEST,  # of the client that pushes
}
_ANY = 2048


def check_lengths(draft: RequestDraft) -> None:
    """Each parameter, wherever it stood, and all of them together, in characters.

    Outside a request object the wire bounds them already; what stands inside one has passed no door.
    """
    whole = 0
    for name, value in draft.params.items():
        whole += len(value)
        if len(value) > _LONGEST.get(name, _ANY):
            raise InvalidRequest(
                f"The parameter '{printable(name)}' is longer than {_LONGEST.get(name, _ANY)} characters."
            )
    if whole > LONGEST_REQUEST:
        raise InvalidRequest(f"The request is longer than {LONGEST_REQUEST} characters.")
