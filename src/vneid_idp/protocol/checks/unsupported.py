"""Parameters that would change the meaning of the request and that are not supported."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import RegistrationNotSupported


def check_unsupported(draft: RequestDraft) -> None:
    """`registration` (OpenID Connect Core §7.2.1)."""
    if "registration" in draft.params:
        raise RegistrationNotSupported("The registration parameter is not supported.")
