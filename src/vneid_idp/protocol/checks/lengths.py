"""What is echoed, or travels inside the code, has an upper bound: both stand in a URL."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest

_LONGEST = {"state": 4096, "nonce": 1024, "claims": 4096}


def check_lengths(draft: RequestDraft) -> None:
    """`state`, `nonce` and `claims`, in characters."""
    for name, longest in _LONGEST.items():
        if len(draft.params.get(name, "")) > longest:
            raise InvalidRequest(f"{name} is longer than {longest} characters.")
